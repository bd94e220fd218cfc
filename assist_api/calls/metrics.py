"""Metrics of calls; none carries a call, an agent or words."""

from __future__ import annotations

from kit.metrics import counter, gauge, latency

RUNNING_CALLS = gauge("tingzhi_calls_running", "Calls carried by this process")
CALLS_ENDED = counter("tingzhi_calls_ended_total", "Calls that ended, by reason", ("reason",))
EVENTS_WAITING = gauge("tingzhi_call_events_waiting", "Events of calls that the database has not taken yet")
SPEECH_END_TO_FINAL = latency("tingzhi_speech_end_to_final_seconds", "From the chunk that ended a segment to its final")
FINAL_TO_CARD = latency(
    "tingzhi_final_to_card_seconds", "From a final to its search's answer at the hub; 0 if it stood"
)
FINAL_TO_CATEGORY = latency("tingzhi_final_to_category_seconds", "From a final to the category it changed, at the hub")
SEARCHES_FAILED = counter("tingzhi_call_searches_failed_total", "Searches that cost a suggestion")
SEARCHES_DROPPED = counter("tingzhi_call_searches_dropped_total", "Searches overtaken by newer ones before they began")
SEARCHES_AHEAD = counter("tingzhi_call_searches_ahead_total", "Searches at a pause: begun, shown, used", ("step",))
SUGGESTIONS_WITHHELD = counter("tingzhi_suggestions_withheld_total", "Searches that showed nothing", ("reason",))
OBSERVERS_FAILED = counter("tingzhi_call_observers_failed_total", "Failures that cost an alert or a fact")
CLIENTS = gauge("tingzhi_realtime_clients", "Screens connected to a call")
CLIENTS_CUT_OFF = counter("tingzhi_realtime_clients_cut_off_total", "Screens that were too slow for their queue")
