"""The whole dialogue, with messages in any order, twice, at once, late, withdrawn and unmapped."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from handlers.domain.dialogue.asking import PATIENCE
from handlers.domain.dialogue.values import Decision, OrderState, Role
from handlers.domain.messages import ContactId, MessageId
from handlers.domain.orders.values import Length, OrderParameters, Platform, Tone
from tests.unit.domain.dialogue.deciding_cases import SENDER
from tests.unit.domain.dialogue.dialogue_world import ORDERS, DialogueWorld

ANOTHER = ContactId("90211")
NOTES = ["Ligar para a Ana na terça", "Instagram is killing our reach, talked to Ana about it"]
PLATFORMS = ["LinkedIn", "linkedin", "1", "1️⃣", "o primeiro", "💼", "LinkedIn.", "linkedin pls 🙏"]
LENGTHS = ["Curto", "short", "1", "bem curtinho", "🤏", "100 palavras"]
TONES = ["Descontraído", "informal", "2", "o segundo, por favor", "😎"]
SAID = OrderParameters(platform=Platform.LINKEDIN, length=Length.SHORT, tone=Tone.CASUAL)

ANSWERS = ["LinkedIn", "curto", "casual", "linkedin, curto", "blog, longo, formal, dicas", "insta"]
EVERY_TEXT = [*ORDERS, *ANSWERS, "Ligar para a Ana", "cancela"]

DELIVERIES = [*["deliver"] * 5, "begin", "begin", "finish", "finish", "backfill"]
places = st.integers(0, 5)


class DialogueMachine(RuleBasedStateMachine):
    """The world checks each decision as it is written; here is what must hold in between."""

    @initialize(users=st.sampled_from([{SENDER, ANOTHER}, {SENDER, ANOTHER}, {SENDER}, set()]))
    def begin(self, users: set[ContactId]) -> None:
        self.world = DialogueWorld(users=set(users))
        self.running: list[tuple[MessageId, Decision]] = []
        self.world.write("escreve um post sobre onboarding")

    @rule(
        words=st.sampled_from(EVERY_TEXT),
        sender=st.sampled_from([SENDER, SENDER, SENDER, ANOTHER]),
        is_delivered=st.booleans(),
    )
    def write(self, words: str, sender: ContactId, is_delivered: bool) -> None:
        name = self.world.write(words, sender)
        if is_delivered:
            self.world.deliver(name)

    # Few rules, so that each of these meets each in a run.
    @rule(work=st.sampled_from(DELIVERIES), place=places)
    def deliver(self, work: str, place: int) -> None:
        name = self._message(place)
        if work == "finish" and self.running:
            name, decision = self.running.pop(place % len(self.running))
            if not self.world.messages[name].is_deleted:
                self.world.finish(name, decision)
        elif work == "begin" and name not in self.world.roles:
            self.running.append((name, self.world.decide(name)))
        elif work == "backfill" and all(name != each for each, _ in self.running):
            self.world.backfill(name)
        else:
            self.world.deliver(name)

    @rule(work=st.sampled_from(["wait", "map", "sweep", "sweep", "lapse", "delete"]), place=places)
    def maintain(self, work: str, place: int) -> None:
        match work:
            case "wait":
                self.world.wait(hours=13)
            case "map":
                self.world.users |= {SENDER, ANOTHER}
                # The facts of what is being decided are others now, which its finish sees.
                self.running = []
            case "sweep":
                self.world.sweep()
            case "lapse":
                self.world.lapse()
            case _:
                name = list(self.world.messages)[place % len(self.world.messages)]
                if not self.world.messages[name].is_deleted:
                    self.world.delete(name)

    def _message(self, place: int) -> MessageId:
        """Return one that waits to be delivered, oldest first, or one that comes once more."""
        waiting = [name for name in self.world.messages if name not in self.world.roles]
        messages = waiting or list(self.world.messages)
        return messages[place % len(messages)]

    @invariant()
    def one_question_is_open_and_it_is_that_of_the_one_order_that_asks(self) -> None:
        question = self.world.question
        asking = [n for n, row in self.world.orders.items() if row.state is OrderState.ASKING]
        assert asking == ([] if question is None else [question.order_message_id])
        if question is not None:
            assert self.world.orders[question.order_message_id].content == question.content
            assert int(question.asked_by) <= int(self.world.moved_by or 0)
            assert f"question:{question.order_message_id}:{question.field}" in self.world.causes

    @invariant()
    def no_order_ends_twice(self) -> None:
        for row in self.world.orders.values():
            ended = [s for s in row.states if s not in {OrderState.ASKING, OrderState.WAITING}]
            assert len(ended) <= 1
            assert row.state is not OrderState.WAITING or row.wait_reason is not None

    @invariant()
    def every_order_has_its_row_and_nothing_else_has_one(self) -> None:
        orders = {name for name, role in self.world.roles.items() if role is Role.ORDER}
        assert orders == set(self.world.orders)

    @invariant()
    def nobody_is_asked_who_is_no_user(self) -> None:
        for row in self.world.orders.values():
            if row.sender_id not in self.world.users:
                assert row.state is OrderState.CANCELLED or row.wait_reason is not None


TestDialogue = DialogueMachine.TestCase
TestDialogue.settings = settings(max_examples=150, stateful_step_count=50)


def answers_of(world: DialogueWorld, words: Sequence[str]) -> list[MessageId]:
    return [world.write(each) for each in words]


@given(
    st.tuples(st.sampled_from(PLATFORMS), st.sampled_from(LENGTHS), st.sampled_from(TONES)),
    st.data(),
)
def test_who_answers_what_is_asked_gets_the_order_whatever_else_is_delivered_when(
    said: tuple[str, str, str], data: st.DataObject
) -> None:
    world = DialogueWorld()
    steps = answers_of(world, ["escreve um post sobre onboarding", *said])
    notes = answers_of(world, NOTES)

    for name in steps:
        before = data.draw(st.lists(st.sampled_from([*notes, *steps[: steps.index(name)]])))
        stale = world.decide(name)
        for other in before:
            world.deliver(other)
        world.finish(name, stale)
        world.deliver(name)

    order = world.orders[steps[0]]
    assert order.state is OrderState.PLACED
    parameters = order.content.parameters
    assert (parameters.platform, parameters.length, parameters.tone) == (
        SAID.platform,
        SAID.length,
        SAID.tone,
    )
    assert world.causes == [
        f"question:{steps[0]}:{each}" for each in ("platform", "length", "tone")
    ]
    assert [world.roles[name] for name in steps[1:]] == [Role.ANSWER] * 3
    assert set(world.understood) <= {steps[0], *notes}


@given(st.permutations(["escreve um post sobre onboarding", "LinkedIn", "curto", "casual"]))
def test_in_whatever_order_a_burst_is_delivered_no_value_is_invented(written: list[str]) -> None:
    world = DialogueWorld()
    first = world.write("escreve um post sobre onboarding")
    names = {words: world.write(words) for words in ("LinkedIn", "curto", "casual")}
    names["escreve um post sobre onboarding"] = first

    for words in written:
        world.deliver(names[words])

    order = world.orders[first]
    found = order.content.parameters
    assert found.platform in {None, SAID.platform}
    assert found.length in {None, SAID.length}
    assert found.tone in {None, SAID.tone}
    in_turn = [names[words] for words in written] == sorted(names.values())
    assert order.state in {OrderState.ASKING, OrderState.PLACED}
    assert order.state is OrderState.PLACED or not in_turn
    assert len(world.causes) == len(set(world.causes))


@given(st.permutations(["LinkedIn", "Instagram", "LinkedIn"]), st.booleans())
def test_two_answers_at_once_do_not_both_count_as_the_first(
    written: list[str], is_reversed: bool
) -> None:
    world = DialogueWorld()
    order = world.write("escreve um post sobre onboarding")
    world.deliver(order)
    names = answers_of(world, written)
    decisions = [(name, world.decide(name)) for name in names]

    for name, decision in reversed(decisions) if is_reversed else decisions:
        world.finish(name, decision)

    # In their own order the last word counts; the newest one closes the door to older ones.
    assert world.orders[order].content.parameters.platform == written[-1].lower()
    assert world.causes == [f"question:{order}:platform", f"question:{order}:length"]
    assert [world.roles[name] for name in names[:-1]].count(Role.NOTE) == (2 if is_reversed else 0)


@given(st.sampled_from(PLATFORMS), st.booleans())
def test_an_answer_against_a_new_order_ends_the_same_way_whoever_is_first(
    words: str, is_answer_first: bool
) -> None:
    world = DialogueWorld()
    old = world.write("escreve um post sobre onboarding")
    world.deliver(old)
    answer, new = world.write(words), world.write("um post no insta sobre vendas")
    running = [(answer, world.decide(answer)), (new, world.decide(new))]

    for name, decision in running if is_answer_first else reversed(running):
        world.finish(name, decision)

    assert world.orders[old].state is OrderState.REPLACED
    assert world.question is not None
    assert world.question.order_message_id == new
    assert world.orders[new].content.parameters.platform is Platform.INSTAGRAM


def test_an_answer_after_the_lapse_is_a_note_and_the_order_lapses() -> None:
    world = DialogueWorld()
    order = world.write("escreve um post sobre onboarding")
    world.deliver(order)
    world.wait(PATIENCE.total_seconds() / 3600 + 1)
    answer = world.write("linkedin")
    world.deliver(answer)
    world.lapse()

    assert world.roles[answer] is Role.NOTE
    assert world.orders[order].state is OrderState.LAPSED
    assert world.question is None


def test_an_order_of_an_unmapped_person_goes_on_when_they_are_mapped() -> None:
    world = DialogueWorld(users=set())
    complete = world.write("um post curto e casual no linkedin sobre IA")
    incomplete = world.write("um post no insta sobre vendas")
    for name in (incomplete, complete):
        world.deliver(name)
    assert world.causes == []

    world.users.add(SENDER)
    world.sweep()

    assert world.orders[complete].state is OrderState.PLACED
    assert world.orders[incomplete].state is OrderState.ASKING
    assert world.causes == [f"question:{incomplete}:length"]
