"""Audio in, transcript events out; knows no database and no word of telephony."""
