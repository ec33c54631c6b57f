"""The chaos proof: real processes are really broken, and the networks' own log is the judge.

    python -m tests.chaos                    seeds 1 to 300 (CHAOS_SEEDS), on 3 lanes for each core
    python -m tests.chaos --seed 17          this one again, and what was done in it when
    python -m tests.chaos --plant NAME       a deliberately broken product: is it seen?

Each seed is a small council of its own: gunicorn, one or two hosts of workers, Redis, SQLite or
PostgreSQL, the practice networks. All of it lives eight times as fast (SKELLAT_PACE), and some of
it is killed, frozen, flushed, restarted, locked or put an hour off while people draft, sign, press
twice, follow up and stop. Then everything heals, comes to rest, and `judge` compares what the
networks have with what was signed.

What is done, and when, is a function of the seed. How a real machine interleaves it is not: a seed
that found something may have to be run more than once to find it again.

`scenario` makes the plan, `play` carries it out with `people`, `breaking` and `world`; `lane` is a
process that loads everything once and forks a whole installation for each seed; `runner` has many
of those; `report` adds up. `planted` holds the bugs that test the judge.
"""
