"""OpenAI's transcription call on one machine, with a real speech model behind it.

api            the HTTP calls          openai_errors  errors in OpenAI's words
audio_upload   the multipart form      transcriber    faster-whisper, loaded when needed
"""
