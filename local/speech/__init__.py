"""OpenAI's calls on one machine: transcription with a real speech model, answers by a few rules.

api                the HTTP calls          openai_errors     errors in OpenAI's words
audio_upload       the multipart form      transcriber       faster-whisper, loaded when needed
responses          structured output       strict_schema     which schemas are refused
scripted_answers   what is answered
"""
