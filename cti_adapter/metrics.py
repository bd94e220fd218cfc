"""Metrics of the telephone room."""

from __future__ import annotations

from kit.metrics import counter, gauge

IS_CONNECTED = gauge("tingzhi_cti_connected", "1 while the exchange is followed.")
RECONNECTS = counter("tingzhi_cti_reconnects_total", "Links to the exchange that were lost.", ("reason",))
MESSAGES = counter("tingzhi_cti_messages_total", "Messages of the exchange that were applied.")
BACKLOG = gauge("tingzhi_cti_backlog_messages", "Messages read from the exchange and not yet applied.")
CALLS = gauge("tingzhi_cti_calls", "Calls that are not over.")
OPEN_TAPS = gauge("tingzhi_cti_open_taps", "Legs whose audio is being received.")
FILLED_AUDIO = counter("tingzhi_cti_filled_audio_seconds_total", "Audio that never came and was filled with silence.")
DROPPED_AUDIO = counter("tingzhi_cti_dropped_audio_seconds_total", "Audio lost because its reader was too slow.")
RETAPS = counter("tingzhi_cti_retaps_total", "Taps that ended while their leg lived and were opened again.")
SECOND_RECORDING_STARTS = counter(
    "tingzhi_cti_second_recording_starts_total", "Recordings that the dialplan did not start and we did."
)
REFUSED_ACTIONS = counter("tingzhi_cti_refused_actions_total", "Actions that the exchange refused.", ("action",))
CUT_SUBSCRIBERS = counter("tingzhi_cti_cut_subscribers_total", "Listeners that were too slow and have to begin anew.")
SIPREC_CALLS = gauge("tingzhi_siprec_calls", "Recording sessions that are heard.")
SIPREC_REFUSED = counter(
    "tingzhi_siprec_refused_total", "Requests of recording sessions that were refused.", ("status",)
)
