"""What the lesson on the drawn shapes claims."""

from tests.recorder.claims import Comparison, Results, claim, more


@claim(
    en="Even the worst network is right on two of three new pictures",
    ja="最も悪いネットワークでも、新しい画像の3分の2に正しく答える",
)
def networks_learned_their_shapes(r: Results) -> Comparison:
    return more(min(r.accuracy), 2 / 3)
