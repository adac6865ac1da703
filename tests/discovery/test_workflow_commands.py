"""Which commands publish, and what. A wrong yes is worse than a wrong no."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.discovery.command_lines import DOES_NOT, FILES, IMAGE, NASTY_PIECES, PUBLISHES, UNTOLD
from verifier.discovery import follow
from verifier.discovery.follow import Follower
from verifier.discovery.judged import IMAGES, NOTHING, UNKNOWN, Judged, together, yes
from verifier.discovery.shell import COMMANDS, DEPTH, Command, commands


def judged(script: str) -> Judged:
    return Follower(FILES.get).script(script)


@pytest.mark.parametrize(
    ("kind", "line"), [(kind, line) for kind, lines in PUBLISHES.items() for line in lines.strip().splitlines()]
)
def test_a_command_that_publishes_is_found_with_what_it_publishes(kind: str, line: str) -> None:
    assert judged(line) == yes(kind)


@pytest.mark.parametrize("line", IMAGE.strip().splitlines())
def test_a_command_that_pushes_an_image_may_push_it_to_either_kind_of_registry(line: str) -> None:
    assert judged(line) == yes(*IMAGES)


@pytest.mark.parametrize("line", ["npx semantic-release", "npx nx release", "goreleaser release --clean"])
def test_a_tool_that_publishes_what_its_configuration_says_has_no_known_types(line: str) -> None:
    assert judged(line) == yes()


@pytest.mark.parametrize("line", DOES_NOT)
def test_a_command_that_publishes_nothing_is_known_to(line: str) -> None:
    assert judged(line) == NOTHING


@pytest.mark.parametrize("line", UNTOLD)
def test_what_a_command_does_that_cannot_be_looked_into_is_not_told(line: str) -> None:
    assert judged(line) == UNKNOWN


@pytest.mark.parametrize("around", ["cat <<EOF\n{}\nEOF", "cat <<-'X' > f\n{}\n\tX", "echo '\n{}\n'", "cat <<< '{}'"])
def test_a_text_that_only_holds_a_command_runs_none(around: str) -> None:
    assert judged(around.format("npm publish")) == NOTHING
    assert judged(around.format("npm publish") + "\nnpm publish") == yes("npm")


def test_an_expression_of_github_is_one_unknown_word_whatever_stands_in_it() -> None:
    script = "npm publish ${{ a && '--tag x' || '; --dry-run' }} --access public"

    assert [c.words for c in commands(script)] == [("npm", "publish", "\ue000", "--access", "public")]


def test_words_are_what_the_shell_would_pass() -> None:
    script = 'A=1 B="x y" npm  pub"lis"h \\\n  --tag \'a b\' "c d" >out 2>&1 <in e\\ f & wait'

    assert commands(script) == (
        Command(("npm", "publish", "--tag", "a b", "c d", "e f"), {"A": "1", "B": "x y"}),
        Command(("wait",)),
    )


JUDGEMENTS = st.lists(st.sampled_from([NOTHING, UNKNOWN, yes(), yes("npm"), yes("pypi"), yes("npm", "pypi")]))


@given(JUDGEMENTS, st.randoms())
def test_the_order_of_commands_changes_nothing_and_one_that_publishes_is_enough(parts: list[Judged], random) -> None:
    whole = together(parts)
    random.shuffle(parts)

    assert together(parts) == whole
    assert (whole.publishes is True) == any(part.publishes for part in parts)
    assert together([*parts, UNKNOWN]).publishes is not False


NASTY = st.lists(st.sampled_from(NASTY_PIECES), max_size=60).map("".join) | st.text(max_size=300)


@given(NASTY)
def test_no_shell_text_makes_the_reader_raise(script: str) -> None:
    assert len(commands(script)) <= COMMANDS
    assert judged(script).publishes in (True, False, None)


@given(NASTY)
def test_a_command_in_front_is_found_whatever_follows(script: str) -> None:
    assert judged("npm publish\n" + script).publishes


@pytest.mark.parametrize(
    "piece", ["${{", "$(", '"$(', "`", "'", "<<a\n", "<<a", "(", ")", "a;", "\\", "x=", "[^}", "'a'"]
)
def test_a_text_of_any_length_is_read_up_to_a_limit(piece: str) -> None:
    assert len(commands(piece * 200_000)) <= COMMANDS
    assert Follower({"x.js": piece.encode() * 200_000}.get).script("node x.js") == UNKNOWN


def test_commands_nested_deeper_than_anyone_writes_are_read_as_one() -> None:
    assert judged("$(" * (3 * DEPTH) + "npm publish") == yes("npm")


def test_scripts_that_call_each_other_without_end_are_given_up() -> None:
    many = {f"s{n}": " && ".join(f"npm run s{n + 1}" for _ in range(200)) for n in range(6)}
    follower = Follower({"package.json": json.dumps({"scripts": many}).encode()}.get)

    assert follower.script("npm run s0") == UNKNOWN
    assert follower.problems == ["Its scripts are too long to be read to the end."]


def test_only_so_many_files_are_asked_for_and_none_outside_the_repository() -> None:
    asked: list[str] = []
    follower = Follower(lambda path: asked.append(path))

    follower.script("\n".join(f"./s{n}.sh" for n in range(100)) + "\n/etc/x.sh\n../x.sh\n./a/../../x.sh")

    assert asked == [f"s{n}.sh" for n in range(follow.FILES)]
    assert follower.problems == [f"It calls more than {follow.FILES} files."]
