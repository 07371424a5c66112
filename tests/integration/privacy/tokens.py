"""The tokens that are planted: random letters that turn up nowhere by chance."""

from typing import Final

TOKENS: Final = {
    # Registry
    "title": "qz7vtrexwylkoa94",
    "person": "쵀뷁륗쏉낑",
    "person's new name": "훼쳡뮝꿜땁",
    "company": "vuh3gqkzpmrtsw81",
    "bottom element": "oy5jwkxqhvznmt62",
    "top element": "뛣퀙쭁봵힟",
    "PNG shot": "SQ_jx8wqhzkvptmyr27",
    "JPEG shot": "SQ_pk4nvzwyxqtgoh53",
    # Names of files; the recipe is committed with them
    "plate file": "kq9zhwvxtjmpoy38",
    "folder": "쬉뤩퐫쇱깗",
    "background file": "zt6xgkvwqjhynp75",
    "matte file": "wm2yqvkzjxthpo49",
    "record file": "hy8kzqxvwjtmog16",
    "recipe file": "xv3otkzqwjyhpm57",
    # What pictures say of themselves
    "artist": "gt5wzvqkxjymho82",
    "comment": "둸쩗쀍헓뤚",
    "make": "nj7qxzvkwthyop63",
    "xmp": "pw4vxkzqjthmyo91",
    "remark": "ry6zqvxkwjthmo28",
    "tEXt": "jk3xwzvqythpmo74",
    "zTXt": "뀙쟯윱벓혷",
    "iTXt": "vo9kzxqwjthymp35",
    "PNG xmp": "tz8qvxwkjyhpmo46",
    "PNG artist": "qh2zvkxwjtympo97",
    "matte text": "yx5kqzvwjthpmo13",
    "manifest title": "mz7xvqkwjthypo68",
    "manifest assertion": "kw4zqxvjthympo29",
    # What a generator leaves
    "prompt": "xq6vzkwjthypmo85",
    "seed": "8264017395518273",
    "parameter": "zv9qxkwjthympo52",
    # Where everything lies on this machine
    "place": "wk3zxqvjthypmo79",
}

NEVER_KEPT: Final = frozenset({"recipe file", "place", "person's new name"})
"""In no record yet: what only the command line or the disk knows, or a later day."""
