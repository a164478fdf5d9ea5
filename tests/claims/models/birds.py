"""What the lesson on many species claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="Other photos of trained birds are classified at least 15 points better",
    ja="訓練に使った鳥の別の写真は、正解率が15ポイント以上高い",
)
def photos_of_trained_birds_flatter(r: Results) -> Comparison:
    seeds = r.seeds
    return more(seeds.again.micro.mean, seeds.test.micro.mean, by=0.15)


@claim(
    en="Macro accuracy lies at least 12 points below micro accuracy",
    ja="マクロ平均の正解率は、全写真の正解率より12ポイント以上低い",
)
def macro_shows_the_rare(r: Results) -> Comparison:
    test = r.seeds.test
    return less(test.macro.mean, test.micro.mean, by=0.12)


@claim(
    en="On the rare quarter of the species the network is right on less than "
    "a quarter as many photos as on the common quarter",
    ja="少ないほうの4分の1の種の正解率は、多いほうの4分の1の種の4分の1未満",
)
def rare_species_are_hardly_found(r: Results) -> Comparison:
    test = r.seeds.test
    return less(4 * test.rare.mean, test.common.mean)


@claim(
    en="The correction finds more of the rare species and fewer photos overall",
    ja="補正すると、珍しい種の正解率は上がり、全写真の正解率は下がる",
)
def correction_trades_common_for_rare(r: Results) -> list[Comparison]:
    seeds = r.seeds
    return [
        more(seeds.full.rare.mean, seeds.test.rare.mean, by=0.05),
        less(seeds.full.micro.mean, seeds.test.micro.mean, by=0.03),
    ]
