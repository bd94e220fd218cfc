"""Takes what a caller said, keyed or left unsaid at a question. Pure."""

from __future__ import annotations

import re

from assist_api.ivr import phrases
from assist_api.ivr.checks import AGENT_INTENT, EMERGENCY_INTENT
from assist_api.ivr.dialogue import Heard, KeepMark, Keyed, Listen, Phase, Silence, StepKind
from assist_api.ivr.flow import ASKING, MARK_SLOT, MenuNode, NumberNode, SurveyNode, WordsNode, YesNoNode
from assist_api.ivr.intents import CONFIRM_FROM, OTHER, Handling
from assist_api.ivr.spoken_input import has_digits, is_yes, mark_in, number_in, passes_check, which_of_two
from assist_api.ivr.walk import ACCOUNT_SLOT, MOST_TURNS, PROOF_SLOT, WISH, Walk, listening_to

_ASKED = {Phase.ASKING, Phase.CONFIRMING_INTENT, Phase.CHOOSING_INTENT, Phase.CONFIRMING_NUMBER}
_MUCH_LIKELIER = 2.0
"""How many times likelier one of two intents must be to count as the one that was named."""


def take_turn(walk: Walk, happened: Heard | Keyed | Silence) -> None:
    """Take one answer of the caller; a danger in it interrupts everything."""
    if walk.state.phase not in {*_ASKED, Phase.WORKING}:
        return
    if isinstance(happened, Heard) and _is_danger(happened):
        _note_heard(walk, happened)
        walk.note(StepKind.DANGER, detail=EMERGENCY_INTENT)
        walk.change(intent=EMERGENCY_INTENT)
        walk.leave_to(walk.root.emergency)
        return
    if walk.state.phase is Phase.WORKING:
        return
    walk.change(turns=walk.state.turns + 1)
    if walk.state.turns > MOST_TURNS:
        walk.give_up(phrases.HELP_FROM_AGENT)
        return
    match happened:
        case Silence():
            kind, reason = _silence(happened)
            walk.note(kind)
            walk.fail(reason)
        case Keyed(keys):
            walk.note(StepKind.KEYED, keys)
            _take_keys(walk, keys)
        case Heard():
            _note_heard(walk, happened)
            _take_words(walk, happened)


def _silence(happened: Silence) -> tuple[StepKind, str]:
    """Return what is noted of an answer that did not come, and what the caller is told."""
    if happened.is_slow:
        return StepKind.SLOW, phrases.RECOGNISER_SLOW
    if happened.has_voice:
        return StepKind.UNHEARD, phrases.NOT_UNDERSTOOD
    return StepKind.SILENCE, phrases.NOTHING_HEARD


def _is_danger(heard: Heard) -> bool:
    return heard.is_dangerous or (heard.ranking.best == EMERGENCY_INTENT and heard.ranking.handling is Handling.ACT)


def _take_keys(walk: Walk, keys: str) -> None:
    node = walk.flow.nodes[walk.state.node]
    if walk.state.phase is Phase.CONFIRMING_INTENT or walk.state.phase is Phase.CONFIRMING_NUMBER:
        _confirm(walk, {"1": True, "2": False}.get(keys[:1]), keys)
    elif walk.state.phase is Phase.CHOOSING_INTENT and keys[:1] != "0":
        _take_choice(walk, {"1": 0, "2": 1}.get(keys[:1]))
    elif isinstance(node, NumberNode):
        _take_number(walk, node, keys.rstrip("#"))
    elif keys[:1] == "*":
        _repeat(walk)
    elif isinstance(node, MenuNode) and keys[:1] in node.keys and node.by != "speech":
        walk.note(StepKind.CHOSE, detail=keys[:1])
        walk.succeed()
        walk.go(node.keys[keys[:1]])
    elif isinstance(node, SurveyNode) and keys[:1] in {"1", "2", "3", "4", "5"}:
        _take_mark(walk, node, int(keys[0]))
    elif isinstance(node, YesNoNode) and keys[:1] in {"1", "2"}:
        _answer_yes_no(walk, node, is_it=keys[0] == "1")
    elif keys[:1] == "0":
        walk.to_agent()
    else:
        walk.fail(phrases.NOT_UNDERSTOOD)


def _take_words(walk: Walk, heard: Heard) -> None:
    node = walk.flow.nodes[walk.state.node]
    if walk.state.phase in {Phase.CONFIRMING_INTENT, Phase.CONFIRMING_NUMBER} and _confirm_by_words(walk, heard):
        return
    if walk.state.phase is Phase.CHOOSING_INTENT and _wants(walk, heard) is None:
        _take_choice(walk, _choice_in(walk, heard))
        return
    match node:
        case NumberNode():
            digits = number_in(heard.text, node.fewest, node.most)
            if digits is not None:
                _take_number(walk, node, digits)
                return
            if has_digits(heard.text):
                walk.fail(phrases.WRONG_NUMBER.format(name=node.name))
                return
        case YesNoNode():
            answer = is_yes(heard.text)
            if answer is not None:
                _answer_yes_no(walk, node, is_it=answer)
                return
        case SurveyNode():
            mark = mark_in(heard.text)
            if mark is not None:
                _take_mark(walk, node, mark)
                return
        case WordsNode():
            if _wants(walk, heard) != AGENT_INTENT:
                walk.succeed()
                walk.change(slots={**walk.state.slots, node.slot: _plain(heard.text)})
                walk.go(node.next)
                return
        case _:
            pass
    _take_intent(walk, heard, node)


def _take_intent(walk: Walk, heard: Heard, node: object) -> None:
    """Go where the caller wants, from every question."""
    wanted = _wants(walk, heard)
    if wanted is not None:
        if not isinstance(node, MenuNode):
            walk.note(StepKind.JUMPED, detail=wanted)
        _choose(walk, wanted, heard.text)
    elif isinstance(node, MenuNode) and heard.ranking.handling in {Handling.CONFIRM, Handling.CHOOSE}:
        _ask_what(walk, heard)
    else:
        walk.fail(phrases.NOT_UNDERSTOOD)


def _wants(walk: Walk, heard: Heard) -> str | None:
    """Return the intent that is clear enough to act on and that leads somewhere."""
    best = heard.ranking.best
    is_clear = heard.ranking.handling is Handling.ACT and best != OTHER
    return best if is_clear and (best == AGENT_INTENT or best in walk.root.intents) else None


def _ask_what(walk: Walk, heard: Heard) -> None:
    """Ask whether it is the likeliest intent, or which of the two likeliest, of those that lead somewhere."""
    ranked = heard.ranking.ranked[: 2 if heard.ranking.handling is Handling.CHOOSE else 1]
    titles = {item.intent: title for item in ranked if (title := _title(walk, item.intent)) is not None}
    if not titles:
        walk.fail(phrases.NOT_UNDERSTOOD)
        return
    first, *others = titles
    walk.change(
        candidate=first, rival=others[0] if others else "", slots={**walk.state.slots, WISH: _plain(heard.text)}
    )
    if others:
        walk.change(phase=Phase.CHOOSING_INTENT)
        walk.say(phrases.CHOOSE_INTENT.format(first=titles[first], second=titles[others[0]]))
    else:
        walk.change(phase=Phase.CONFIRMING_INTENT)
        walk.say(phrases.CONFIRM_INTENT.format(title=titles[first]))
    walk.listen(Listen())


def _title(walk: Walk, intent: str) -> str | None:
    """Return how an intent is called in a question; None where it leads nowhere."""
    if intent in walk.root.intents:
        return walk.root.intents[intent].title
    return "转人工客服" if intent == AGENT_INTENT else None


def _choice_in(walk: Walk, heard: Heard) -> int | None:
    """Return which of the two intents was named, by its place or in its own words."""
    named = which_of_two(heard.text)
    if named is not None or is_yes(heard.text) is False:
        return named
    likely = {item.intent: item.probability for item in heard.ranking.ranked}
    first, second = likely.get(walk.state.candidate, 0.0), likely.get(walk.state.rival, 0.0)
    if max(first, second) < CONFIRM_FROM or max(first, second) < _MUCH_LIKELIER * min(first, second):
        return None
    return int(second > first)


def _take_choice(walk: Walk, which: int | None) -> None:
    if which is None:
        walk.fail(phrases.NOT_UNDERSTOOD)
        return
    walk.note(StepKind.CONFIRMED)
    chosen = (walk.state.candidate, walk.state.rival)[which]
    walk.change(phase=Phase.ASKING, candidate="", rival="")
    _choose(walk, chosen, walk.state.slots.get(WISH, ""))


def _choose(walk: Walk, intent: str, text: str) -> None:
    walk.note(StepKind.CHOSE, detail=intent)
    walk.succeed()
    walk.change(intent=intent, slots={**walk.state.slots, WISH: _plain(text)})
    if intent == AGENT_INTENT and intent not in walk.root.intents:
        walk.to_agent()
    else:
        walk.leave_to(walk.root.intents[intent].go)


def _confirm_by_words(walk: Walk, heard: Heard) -> bool:
    """Take a yes, a no or another number; False where the words are something else."""
    answer = is_yes(heard.text)
    node = walk.flow.nodes[walk.state.node]
    if isinstance(node, NumberNode):
        other = number_in(heard.text, node.fewest, node.most)
        if other is not None and other != walk.state.candidate:
            walk.note(StepKind.REFUSED)
            _take_number(walk, node, other)
            return True
    if answer is None and _wants(walk, heard) is not None:
        return False
    _confirm(walk, answer, heard.text)
    return True


def _confirm(walk: Walk, answer: bool | None, given: str) -> None:
    node = walk.flow.nodes[walk.state.node]
    candidate, was = walk.state.candidate, walk.state.phase
    if answer is None:
        walk.fail(phrases.NOT_UNDERSTOOD)
        return
    walk.note(StepKind.CONFIRMED if answer else StepKind.REFUSED)
    walk.change(phase=Phase.ASKING, candidate="")
    if not answer:
        walk.fail("好的。")
    elif was is Phase.CONFIRMING_INTENT:
        _choose(walk, candidate, walk.state.slots.get(WISH, given))
    elif isinstance(node, NumberNode):
        _keep_number(walk, node, candidate)


def _answer_yes_no(walk: Walk, node: YesNoNode, *, is_it: bool) -> None:
    walk.note(StepKind.CONFIRMED if is_it else StepKind.REFUSED)
    walk.succeed()
    if node.slot is not None:
        walk.change(slots={**walk.state.slots, node.slot: "yes" if is_it else "no"})
    walk.go(node.yes if is_it else node.no)


def _take_number(walk: Walk, node: NumberNode, digits: str) -> None:
    is_number = digits.isdecimal() and node.fewest <= len(digits) <= node.most
    if not is_number or not passes_check(digits, node.check):
        walk.fail(phrases.WRONG_NUMBER.format(name=node.name))
        return
    walk.change(phase=Phase.CONFIRMING_NUMBER, candidate=digits)
    # The cue before the digits lets the read-out say them one by one.
    walk.say(phrases.CONFIRM_NUMBER.format(name=node.name, number=digits))
    walk.listen(Listen())


def _keep_number(walk: Walk, node: NumberNode, digits: str) -> None:
    walk.succeed()
    is_other_account = node.slot == ACCOUNT_SLOT and walk.state.slots.get(ACCOUNT_SLOT) != digits
    if is_other_account:
        # What was looked up, and the proof, were of another account.
        slots = {name: value for name, value in walk.state.slots.items() if name != PROOF_SLOT}
        walk.change(values={}, slots=slots)
    walk.change(slots={**walk.state.slots, node.slot: digits})
    walk.go(node.next)


def _take_mark(walk: Walk, node: SurveyNode, mark: int) -> None:
    walk.note(StepKind.MARKED, detail=str(mark))
    walk.succeed()
    walk.change(slots={**walk.state.slots, MARK_SLOT: str(mark)})
    walk.actions.append(KeepMark(mark))
    walk.go(node.next)


def _repeat(walk: Walk) -> None:
    node = walk.flow.nodes[walk.state.node]
    walk.note(StepKind.REPEATED)
    if isinstance(node, ASKING) and walk.say_node(node.text):
        walk.listen(listening_to(node))


def _note_heard(walk: Walk, heard: Heard) -> None:
    best = heard.ranking.ranked[0]
    walk.note(StepKind.HEARD, heard.text, detail=best.intent, probability=round(best.probability, 3))


def _plain(text: str) -> str:
    """Return words without what a prompt could mistake for a value."""
    return re.sub(r"[{}\x00-\x1f]", "", text)[:200]
