from tests import growth


def test_what_takes_the_square_is_told_from_what_takes_long() -> None:
    assert growth.evenly(lambda text: [text.count(one) for one in "abcdefgh" * 40], "a ")
    assert not growth.evenly(lambda text: [text[at::20].count("a") for at in range(len(text))], "a")
