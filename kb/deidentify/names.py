"""Names of people, by the words around them: 我姓王, 王女士, 户主是李建国, my name is, Mr.

There is no list of all names, and a guess would mask ordinary words: where the words around a name say little (it is a
clause of its own, or stands before 师傅), it counts only where a dictionary of words reads it as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.deidentify.foreign_names import find_foreign_names
from kb.deidentify.name_scores import scored_names
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
    "申屠",
    "钟离",
    "长孙",
    "宇文",
    "鲜于",
    "闻人",
    "澹台",
    "万俟",
    "呼延",
    "轩辕",
    "百里",
    "西门",
    "独孤",
)
SURNAME = rf"(?:{'|'.join(_DOUBLE)}|[{_SINGLE}])"
_NO_GIVEN = (
    "我你您他她它们的了是在有没家住要想这那就都也和给把被让叫请电话号码手机停水气暖燃户主表费报修因为所以不还又再说问来去"
    "上下里外楼层区单元路街村，。、？！；：,.?!;:嗯啊呢吧吗呀哦先女师哥姐叔姨总经第[]"
)
GIVEN = rf"[^{re.escape(_NO_GIVEN)}\sA-Za-z0-9０-９]"
ANY_GIVEN = r"[^我你您他她它的了是吗呢吧呀啊嗯哦没在这那就都不要，。、？！；：,.?!;:\sA-Za-z0-9０-９]"
"""Right behind a word that announces a name, where the name also ends at a pause."""
TITLE = "(?:先生|女士|小姐|师傅|阿姨|大爷|大妈|大叔|大姐|大哥|叔叔|老师|经理|主任|总|老板|医生|同志|奶奶|爷爷)"
_END = r"(?=吧|啊|呀|说|名下|同意|本人|[，。、？！；：,.?!;:\s]|$)"

_RARE = (
    "逄亓仝揭綦雍郗郦於敬荆蔺籍厉晁钮尧覃逯冼苍占计伏暴甘束糜撒隗仉智臧富尉宓益卞咸斐玄琚仓续茹戈么"
    "谌粟皮哈冶才闻蹇次阙鄢凤原朴寿岱普藏国衡粘帅薄裘干应宣贲杭嵇滑荀惠封芮羿储汲邴松巴弓牧钭戎祖印"
    "宿怀邰鄂赖阴胥莘贡劳扶堵宰郤璩濮扈燕冀郏浦晏慎庾暨匡寇禄沃蔚夔隆勾融訾阚饶鞠丰巢蒯竺权盖桓佴岳"
    "亢缑商牟佘佟墨年爱阳言福鹿乐洪昌苌妥睢展黑海呼延阮励习漆买依郁伊闾笪廉危向谷乌焦侯蓬班仰秋苍双"
    "党边别连容步利越权益山种仵矫肇鲍逢修勤綦晋湛滑底来英圣"
    "云奚花酆常傅元萧禹狄贝明谈茅强支昝诸羊麴井幸韶郜蓟索屠慕宦弘东殳厍毋乜代郄禤揣昃腊库银区操召练律麻郇郐邸郈栗钊苫畅逮"
)
"""Rare surnames: only right behind a word that announces a name."""
ANY_SURNAME = rf"(?:{'|'.join(_DOUBLE)}|[{_SINGLE}{_RARE}])"
_ROLE = (
    r"(?:老|原|新|现)?(?:户主|户名|机主|业主|房主|房东|联系人|收件人|收货人|收款人|开户人|开户名|"
    r"持卡人|经办人|申请人|报修人|承租人|法人|本人|姓名|名字|用户|客户)"
)
_IS = (
    r"(?:就?(?:写|填|留|记)(?!的)|就?是|叫|写的?是?|登记的?是?|用的?是?|填的?是?|改成|换成|改为|"
    r"的?名字(?:是|叫)?|:|：)\s?"
)

_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        # A whole name after a word that announces one.
        (PersonalKind.NAME, rf"(?:我叫|名叫|名字叫|名字是|名字写|{_ROLE}{_IS})\s?({ANY_SURNAME}{GIVEN}{{1,2}})"),
        (PersonalKind.NAME, rf"(?:全名|大名|{_ROLE})(?<!用户)(?<!客户)[，\s]?({ANY_SURNAME}{ANY_GIVEN}{{1,2}}){_END}"),
        (PersonalKind.NAME, rf"(?:我叫|名叫|名字叫|名字是|{_ROLE}{_IS})\s?({ANY_SURNAME}{ANY_GIVEN}{{1,2}}){_END}"),
        (
            PersonalKind.NAME,
            rf"(?:房本上|合同上|证上|系统里|单子上|登记|户头)(?:登记|写|填)?的?(?:名字)?(?:是|叫|写的?是)({ANY_SURNAME}{GIVEN}{{1,2}}){_END}",
        ),
        (
            PersonalKind.NAME,
            rf"(?:我是|这里是|本人是|本人|我们?家?户主|我爱人|我老公|我老婆|我媳妇|我老伴|我儿子|我女儿|我爸|我妈|我父亲|我母亲|他叫|她叫)(?:是|叫)?(?:用户|客户|业主|户主)?({SURNAME}{GIVEN}{{1,2}}){_END}",
        ),
        (
            PersonalKind.NAME,
            rf"(?:叫|过户[给到]|转给|换成|改成|找)({ANY_SURNAME}{GIVEN}{{1,2}})(?=[，。、,.]|$|的名|名下)",
        ),
        # A surname alone.
        (PersonalKind.SURNAME, rf"(?:免贵姓|我姓|姓|敝姓|贵姓是?)({ANY_SURNAME})(?!名|啥|什么|氏)"),
        # A name before a form of address; a given name only where something announces it.
        (
            PersonalKind.NAME,
            rf"(?:是|叫|找|联系|请|问|为|给|跟|和|与|，|。|^|的|客户|用户|业主|户主)({SURNAME}{GIVEN}{{1,2}})(?={TITLE})",
        ),
        (PersonalKind.SURNAME, rf"(?<!谢)({SURNAME})(?={TITLE})"),
        (PersonalKind.SURNAME, rf"(?:^|[，。、？！\s是找叫])[老小]({SURNAME})(?=[，。、？！说来去家的]|$)"),
        (
            PersonalKind.NAME,
            r"(?:[Mm]y name(?: is|'s)|[Tt]he name is|[Nn]ame:|[Aa]ccount holder(?: is|:)|[Cc]ontact(?: is|:))\s+"
            r"([A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+){0,2})",
        ),
        (PersonalKind.NAME, r"[Tt]his is ([A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)(?= speaking| calling|[,.]| from)"),
        (PersonalKind.NAME, r"(?:Mr|Mrs|Ms|Miss|Dr|Madam)\.?\s+([A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)"),
        (
            PersonalKind.NAME,
            r"(?:我叫|名字(?:是|叫)|姓名(?:是|叫)?|户名(?:是|叫)?|英文名(?:是|叫)?|护照上(?:写的?)?(?:是|叫)?)\s?([A-Z][A-Za-z'’-]+(?:[\s·][A-Z][A-Za-z'’-]+){0,2})",
        ),
    )
)
_ANY, _COMMON = re.compile(ANY_SURNAME), re.compile(SURNAME)
_WITH_DOT = re.compile(r"(?:^|(?<=[是叫找为给跟和写，。、：:\s]))([\u4e00-\u9fff]{1,7}(?:[·•・][\u4e00-\u9fff]{1,8})+)")


def is_name_like(text: str) -> bool:
    """Tell whether a surname with what follows reads as a name where one is announced: 蒲小萌, but not 温度低."""
    return (1, text) in scored_names(f"叫{text}", _ANY, _COMMON)


# Before a form of address these are words, not people: 安装师傅, 谢谢老师, 方总.
_NOT_A_NAME = re.compile(
    r"(?:谢谢|安装|安检|施工|管理|管道|关于|成都|单位|包括|查表|路过|万一|方便|连接|古城|石油|温馨|平安|应急|相关|有关|"
    r"[于路成全商解安能包连单管关查师文方车古费边沙游迟](?=师傅|老师|总|经理|主任))"
)


def find_names(text: str) -> Iterator[PersonalSpan]:
    """Yield names; forms of address (先生, Mr) stay, so that the sentence can still be read."""
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            if not _NOT_A_NAME.match(text, found.start(1)):
                yield PersonalSpan(kind, *found.span(1))
    for found in _WITH_DOT.finditer(text):
        yield PersonalSpan(PersonalKind.NAME, *found.span(1))
    for start, end in find_foreign_names(text):
        yield PersonalSpan(PersonalKind.NAME, start, end)
    for start, name in scored_names(text, _ANY, _COMMON):
        if not _NOT_A_NAME.match(text, start):
            yield PersonalSpan(PersonalKind.NAME, start, start + len(name))
