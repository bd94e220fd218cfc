"""Names of people, by the words around them: 我姓王, 王女士, 户主是李建国, my name is, Mr.

A name that nothing announces is not found: there is no list of all names, and a guess would mask ordinary words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.deidentify.spans import PersonalKind, PersonalSpan

# Words of everyday speech that are also rare surnames (和 从 时 向 应 能 …) are left out: `向师傅说明` names nobody.
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤温康施文牛樊葛邢安齐易乔伍庞颜倪"
    "庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕"
    "屈饶解牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎"
    "甄丛仲虞敖巩佘池查麻苑迟邝"
)
_DOUBLE = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "令狐",
    "慕容",
    "司徒",
    "夏侯",
    "端木",
    "南宫",
)
SURNAME = rf"(?:{'|'.join(_DOUBLE)}|[{_SINGLE}])"
_NO_GIVEN = (
    "我你您他她它们的了是在有没家住要想这那就都也和给把被让叫请电话号码手机停水气暖燃户主表费报修因为所以不还又再说问来去"
    "上下里外楼层区单元路街村，。、？！；：,.?!;:嗯啊呢吧吗呀哦先女师哥姐叔姨总经第[]"
)
GIVEN = rf"[^{re.escape(_NO_GIVEN)}\sA-Za-z0-9０-９]"
TITLE = "(?:先生|女士|小姐|师傅|阿姨|大爷|大妈|大叔|大姐|大哥|叔叔|老师|经理|主任|总|老板|医生|同志|奶奶|爷爷)"
_END = r"(?=[，。、？！；：,.?!;:\s]|$)"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # A whole name after a word that announces one.
        rf"(?:我叫|名叫|名字叫|名字是|姓名是|姓名叫|姓名[:：]?|户名是|户名[:：]?|户主是|户主叫|户主[:：]|联系人是|联系人叫|"
        rf"联系人[:：]?|机主是|本人叫|业主是|业主叫|业主[:：])\s?({SURNAME}{GIVEN}{{1,2}})",
        rf"(?:我是|这里是|本人是|本人|我们?家?户主)({SURNAME}{GIVEN}{{1,2}}){_END}",
        # A surname alone.
        rf"(?:免贵姓|我姓|姓|敝姓|贵姓是?)({SURNAME})(?!名)",
        # A name before a form of address; a given name only where something announces it.
        rf"(?:是|叫|找|联系|请|问|为|给|跟|和|与|，|。|^|的|客户|用户|业主|户主)({SURNAME}{GIVEN}{{1,2}})(?={TITLE})",
        rf"(?<!谢)({SURNAME})(?={TITLE})",
        rf"(?:^|[，。、？！\s是找叫])[老小]({SURNAME})(?=[，。、？！说来去家的]|$)",
        r"(?:[Mm]y name(?: is|'s)|[Tt]he name is|[Nn]ame:|[Aa]ccount holder(?: is|:)|[Cc]ontact(?: is|:))\s+"
        r"([A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+){0,2})",
        r"[Tt]his is ([A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)(?= speaking| calling|[,.]| from)",
        r"(?:Mr|Mrs|Ms|Miss|Dr|Madam)\.?\s+([A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)",
    )
)
# Before a form of address these are words, not people: 安装师傅, 谢谢老师, 方总.
_NOT_A_NAME = re.compile(
    r"(?:谢谢|安装|安检|施工|管理|管道|关于|成都|单位|包括|查表|路过|万一|方便|连接|古城|石油|温馨|平安|应急|相关|有关|"
    r"[于路成全商解安能包连单管关查师文方车古费边沙游迟](?=师傅|老师|总|经理|主任))"
)


def find_names(text: str) -> Iterator[PersonalSpan]:
    """Yield names; forms of address (先生, Mr) stay, so that the sentence can still be read."""
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            if not _NOT_A_NAME.match(text, found.start(1)):
                yield PersonalSpan(PersonalKind.NAME, *found.span(1))
