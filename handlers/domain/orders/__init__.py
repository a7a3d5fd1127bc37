"""Orders: what a person's message asks for, told by rules and without any input or output.

`understanding.understand` tells a note from an order and reads what the order says;
`reading.find_parameters` reads platform, length, tone and topic from any short text;
`languages.detect_language` tells the language of a text. The idea stands in `intent`: ways of
asking gather cues, whose weights add up. The words are data, in `lexicon`.
"""
