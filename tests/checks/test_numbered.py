"""Steps as numbered lines: every command is somewhere to be copied in one piece, and no step is pushed out of view."""

from __future__ import annotations

from checks.numbered import FEW, FIRST, brief, folding, long_ones, whole
from checks.steps import ROOM, Step, cut

SHORT = Step("**Stop it.**", tuple(f"stop {n}" for n in range(FEW)))
LONG = Step("**Warn them:**", tuple(f"warn {n}" for n in range(FEW + 1)))
TALK = Step("**Ask.**")


def test_a_few_commands_stand_in_view_everywhere() -> None:
    assert whole([TALK, SHORT]) == folding([TALK, SHORT]) == brief([TALK, SHORT])
    assert () == long_ones([TALK, SHORT])
    assert whole([TALK, SHORT])[0] == "1. **Ask.**"


def test_many_commands_are_begun_in_short_and_stand_whole_elsewhere_under_the_number_of_their_step() -> None:
    assert brief([TALK, LONG])[-1] == "\n".join(
        ["   ```sh", *(f"   warn {n}" for n in range(FIRST)), f"   # and {FEW + 1 - FIRST} more", "   ```"]
    )
    (block,) = long_ones([TALK, LONG])
    assert block.startswith(f"- Step 2, {FEW + 1} commands:\n  ```sh\n  warn 0\n")
    assert all(f"  warn {n}\n" in block for n in range(FEW + 1))


def test_folded_commands_stay_one_block_within_their_step() -> None:
    fold = folding([*[TALK] * 9, LONG])[-1]

    assert fold.startswith(f"    <details><summary>{FEW + 1} commands</summary>\n\n    ```sh\n    warn 0\n")
    assert fold.endswith("\n    ```\n\n    </details>")


def test_many_long_blocks_share_their_room_and_say_what_had_none() -> None:
    """A post that is too long for GitHub is no post."""
    long = Step("**Warn them:**", cut([f"warn {n:090}" for n in range(300)]))
    made = folding([long] * 9)

    assert sum(len(line.encode()) for line in made) < 45_000
    assert all("<summary>300 commands</summary>" in line for line in made if "<summary>" in line)
    for line in made:
        if "<summary>" in line:
            shown = line.count("   warn ")
            assert f"# and {300 - shown} more" in line
    assert folding([long]) == folding([long], 1_000_000), "one has room enough"


def test_commands_that_had_no_room_are_counted_with_the_others() -> None:
    many = Step("**Warn them:**", cut([f"warn {n:0100}" for n in range(500)]))
    left = len(many.commands) - 1

    assert left < ROOM / 100
    assert f"# and {500 - left} more" == many.commands[-1]
    assert f"   # and {500 - FIRST} more\n" in brief([many])[-1]
    assert "<summary>500 commands</summary>" in folding([many])[-1]
