"""What the lesson on workers claims."""

from tests.recorder.claims import Comparison, Results, claim, same, true


@claim(
    en="Workers change neither the order nor what is in a batch",
    ja="ワーカーを使っても、バッチの順番と中身は変わらない",
)
def workers_change_no_batch(r: Results) -> Comparison:
    return true(r.same_order, "batches(2 workers) = batches(0 workers)")


@claim(
    en="A counter in the dataset stays 0 in the main process",
    ja="Datasetの中で数えた回数は、元のプロセスでは0のままである",
)
def counter_stays_in_the_worker(r: Results) -> Comparison:
    return same(r.reads, 0)


@claim(
    en="A generator that the dataset holds repeats in every worker",
    ja="Datasetが持つ乱数生成器は、どのワーカーでも同じ数を出す",
)
def own_generator_repeats(r: Results) -> Comparison:
    first, second = r.drawn.own
    return true(first == second, f"worker 0: {first} = worker 1: {second}")


@claim(
    en="The generators of torch and NumPy differ from worker to worker",
    ja="torchとNumPyの乱数は、ワーカーごとに違う",
)
def global_generators_differ(r: Results) -> list[Comparison]:
    return [
        true(first != second, f"worker 0: {first} != worker 1: {second}")
        for first, second in (r.drawn.torch, r.drawn.numpy)
    ]


@claim(
    en="worker_init_fn gives each worker numbers of its own",
    ja="worker_init_fnを使うと、ワーカーごとに違う乱数になる",
)
def worker_init_fn_mends_it(r: Results) -> Comparison:
    first, second = r.reseeded.own
    return true(first != second, f"worker 0: {first} != worker 1: {second}")
