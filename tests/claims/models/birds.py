"""What the lesson on many species claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near


@claim(
    en="On other photos of trained birds, accuracy is at least 10 points "
    "higher than on photos of new birds",
    ja="訓練に使った鳥の別の写真は、初めて見る鳥の写真より正解率が10ポイント以上高い",
)
def photos_of_trained_birds_flatter(r: Results) -> Comparison:
    seeds = r.seeds
    return more(seeds.again.micro.mean, seeds.test.micro.mean, by=0.1)


@claim(
    en="Macro accuracy lies at least 12 points below micro accuracy",
    ja="マクロ平均の正解率は、全写真の正解率より12ポイント以上低い",
)
def macro_shows_the_rare(r: Results) -> Comparison:
    test = r.seeds.test
    return less(test.macro.mean, test.micro.mean, by=0.12)


@claim(
    en="Accuracy on the rare quarter of the species is less than half of that "
    "on the common quarter",
    ja="訓練写真が少ない4分の1の種の正解率は、多い4分の1の種の半分未満",
)
def rare_species_are_mostly_missed(r: Results) -> Comparison:
    test = r.seeds.test
    return less(2 * test.rare.mean, test.common.mean)


@claim(
    en="Half the correction raises macro accuracy by 2 points or more and "
    "moves micro accuracy by 4 at most",
    ja="半分の強さの補正で、マクロ平均の正解率は2ポイント以上上がり、全写真の"
    "正解率の変化は4ポイント以内",
)
def half_the_correction_costs_little(r: Results) -> list[Comparison]:
    half, test = r.seeds.half, r.seeds.test
    return [
        more(half.macro.mean, test.macro.mean, by=0.02),
        near(half.micro.mean, test.micro.mean, within=0.04),
    ]


@claim(
    en="The full correction raises accuracy on the rare species and costs 3 "
    "points or more over all photos",
    ja="すべて差し引く補正では、珍しい種の正解率は上がるが、全写真の正解率は"
    "3ポイント以上下がる",
)
def full_correction_trades_common_for_rare(r: Results) -> list[Comparison]:
    full, test = r.seeds.full, r.seeds.test
    return [
        more(full.rare.mean, test.rare.mean, by=0.1),
        less(full.micro.mean, test.micro.mean, by=0.03),
    ]
