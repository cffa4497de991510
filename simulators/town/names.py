"""Owns invented Chinese names: of streets, communities, compounds and people.

All names are made up from common words; none stands for a real place or person.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, product
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


VIRTUES = _words("""
    团结 万寿 和平 文昌 永宁 建设 人民 解放 光明 振兴 幸福 胜利 友谊 前进 新华
    安康 长乐 太平 兴隆 福寿 吉庆 崇文 尚德 明德 厚德 仁和 永安 泰和 康宁 瑞祥
    同心 勤政 惠民 富民 创业 科技 迎宾 朝阳 凤凰 龙山 东风 红旗 民主 春晖 育才
    学府 文化 体育 站前 江北 浦滨 白马 象山 求雨 星河 望江
""")
SURNAMES = _words("""
    王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋
    郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡
    贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖
    邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷
    钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文
""")
TRADES = _words("""
    豆腐 铁匠 染坊 油坊 米市 灯笼 当铺 竹器 打鱼 箍桶 糖坊 酱园 茶亭 磨盘 鼓楼
    钟楼 书院 祠堂 水井 石桥 牌坊 马厩 盐仓 布市 银匠 轿子 槽坊 砖瓦 船板 鱼市
    菜园 花园 戏台 药王 文庙 土地 仓巷 西门 南门 北门 东门 塘沿 河沿 圩埂 水闸
    渡口 码头 晒场
""")
TREES = _words("""
    桂花 银杏 梧桐 石榴 竹园 梅花 海棠 香樟 玉兰 紫薇 丁香 桃园 杏花 柳荫 槐树
    榆树 枣园 荷花 菱塘 芙蓉 茉莉 松林 枫林 合欢 橘园 桑园 葡萄 芦苇 蔷薇 月季
    腊梅 杜鹃 皂角 楝树 枇杷 芝麻
""")
COMPOUND_HEADS = _words("""
    金色 阳光 翠湖 锦绣 明珠 碧水 玉兰 紫金 星河 滨江 御景 丽景 华府 嘉和 新城
    万寿 福园 康居 安居 兴和 文苑 学林 望湖 桂苑 银杏 香樟 梅园 荷塘 江南 天润
    盛世 和园
""")
COMPOUND_TAILS = ("家园", "花园", "小区", "新村", "雅苑", "名邸", "佳苑", "公寓")
GIVEN = _words("""
    伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂 华
    建 国 志 文 海 林 云 秀 英 春 梅 玉 兰 红 宁 俊 峰 鹏 飞 辉 斌 波
    宏 凯 鑫 佳 慧 婷 雪 琳 莹 倩 萍 燕 玲 洁 晨 浩 宇 轩 子 欣 怡 雨
    晓 东 永 福 金 宝 根 荣 庆 祥 顺 德 家 兴 正 义 成 良 安 康
""")

COMMUNITIES = ("星甸", "万寿", "团结", "文昌", "新桥", "永宁", "镜湖", "创业", "学府", "迎宾")
VILLAGES = ("后圩", "石塘", "双桥", "柳塘", "杨庄", "十里", "东圩", "荷塘", "西冲", "下庄")

Namer = Callable[[str, bool, float], str]


def street_namer(rng: Random) -> Namer:
    """Return a function (rank, runs east–west, length in metres) → a name not given before.

    Trunks are 大道; secondary streets 路 from west to east and 街 from south to north; lanes
    are 巷, and 街 where long.
    """
    virtues = _drawn(rng, VIRTUES)
    homely = _drawn(rng, [*(f"{name}家" for name in SURNAMES[:60]), *TRADES, *TREES])

    def name(rank: str, is_eastward: bool, length_m: float) -> str:  # noqa: FBT001
        if rank == "trunk":
            return f"{next(virtues)}大道"
        if rank == "secondary":
            return next(virtues) + ("路" if is_eastward else "街")
        return next(homely) + ("街" if length_m > 620 else "巷")

    return name


def compound_namer(rng: Random) -> Iterator[str]:
    """Names of residential compounds, without end."""
    return _drawn(rng, ["".join(pair) for pair in product(COMPOUND_HEADS, COMPOUND_TAILS)])


def person_namer(rng: Random) -> Iterator[str]:
    """Unique names of people, without end; the frequent surnames come more often."""
    seen: set[str] = set()
    weights = [1 / (rank + 4) for rank in range(len(SURNAMES))]
    while True:
        given = rng.sample(GIVEN, rng.choice((1, 2, 2, 2)))
        name = rng.choices(SURNAMES, weights)[0] + "".join(given)
        if name not in seen:
            seen.add(name)
            yield name


def _drawn(rng: Random, words: Sequence[str]) -> Iterator[str]:
    """The words in random order, then again with a number, each once."""
    order = rng.sample(words, len(words))
    yield from order
    for turn in count(1):
        yield from (f"{word}{'二三四五六七八九'[(turn - 1) % 8]}" for word in order)
