"""Sample media: spoken notes, a photo, a sticker, a document. See README.md."""
