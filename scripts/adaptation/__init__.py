"""How `speech/stt/hotline.npz` is made: texts spoken by synthetic voices teach whisper-base a hotline (ADR 15).

In this order, each a module to run from the project's root:

1. `python -m scripts.adaptation.speak OUT`: the Mandarin texts with eight Kokoro voices (about six CPU hours).
2. `python scripts/adaptation/speak_english.py OUT`, in an environment of its own with piper-tts and a voice.
3. `python -m scripts.adaptation.train OUT`, in an environment with torch: some twenty minutes on one large GPU.
4. `python -m scripts.adaptation.pack OUT`: writes the adaptation and says which hash belongs into `speech.models`.
"""
