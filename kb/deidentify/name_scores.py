"""Finds Chinese names anywhere in a sentence by weighing what speaks for and against each possible one. Pure.

A surname with one or two signs behind it may be a name or ordinary words (`高文明`, `温度高`). Five things are weighed:
how a dictionary cuts and tags the sentence there, whether the signs are typical of given names, how common the surname
is, what stands before, and what stands behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import rjieba

NAME_FROM = 2.6
"""Weight from which words are a name. Chosen on labelled sentences of our own (`tests/evals/assist`) and on 8,700 texts
of the demo knowledge and the example sentences, which name nobody."""
_TYPICAL = frozenset(
    "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红梅建国志文永春晓燕海波辉斌鹏飞宇浩轩梓涵欣怡雨佳琪诗嘉俊豪博子瑞"
    "晨阳雪莹婷慧琳玲珍凤莲菊素琴淑贞香翠云美荣爱月巧惠雅洁丹倩颖璐瑶媛茜蓉薇蕾莉萍妹姣娥仙银金秋冬夏生福寿喜庆祥贵财发富旺"
    "根宝林森柏松竹兴龙虎彪峰山川江河湖清泉源润泽洪德义仁礼智信忠孝诚厚良善正光耀昌盛隆宏大伯仲叔季东立新民胜利和安康健宁乐天"
    "成功达长远广学书武兵卫卓振全双先进凯恒毅坚铁柱栓锁石田苗花树恩思念怀道宗祖继承绍延廷朝家邦亭卿士然晖晗晴昊旭曦昱景晶朗朋"
    "望本杉柯桐彤彬彩影征心忆悦懿扬捷敬斐斯方昂星昭晋晟暄暖曼材枝枫柔柳栋桃桓桢桦梁梦楠榕樱欢殿池汐沁沅沐沛沫治泓法洛津涓淇淼"
    "渊渝湘溪滢漪潇澄澜瀚灵炎炜炳炫炯烁烨焕焱煜照熙熠爽牧玄玖玥玫玮玺珂珊珏珑珠珩珺理琛琢琦琨琬琰琼瑀瑄瑗瑛瑜瑾璃璇璋璟璧甜"
    "甫畅登皓益盈真睿硕碧社祎祚祯禄禧禾秉科稷穆穗竞童笑笛筠箐米精紫纪纯纲绍经绚绣绪维绮缘罡羽翀翔翰翼聪育臣臻航舒舟艺芃芊芙芝"
    "芮芯芷芸芹苑苒苏若茂茉茗茵荔荷莎莘菁菡菱菲萌萱葆葵蓓蓝蔚蕊蕙藻虹裕言训谊谦贝贤赛赫越跃辰迅迎迪逸遥遵郁鉴钊钢钦钧铃铎铭锋"
    "锐锦锡键镇阁雁雄雯雷霁霄震霆霏霖霜露青靖非韬韵韶顺颂飒馨骁骅骏骞鸣鸿鹃鹤麒麟黎富仓娣囡妮妍娇婉婧嫣嫦孟宪守尚屹岚岩岭峻崇"
    "嵘川巍帅帆幸庭弘彦徽恺慕成才扣掌政敦旺昆映显智朴权来标楚楷榜毓沙浦深添港源潮焰熊牛狗猛玟璞瑟用留益盼省禹秦程笃纳绵翊翎翘"
    "老聚胤自舜艾节萨葛蒙蓬蔓虎衍裴见觉记誉诺谋财轶连郎都重野长门闯闽阿霓音领颜风首魁鲁鼎齐奎奇奕妤妹妙姗姝娴婕娅婵嫒朵欧月杏"
    "高少元新吉加可嘉大古玲水丰令巴甘多尔巧汝池涌焦爷玛瓦甲畔皎秋络绒缨美羚翡耘聿腾芋荃莺萃蓁蕴薛虞蜜衡装钗钰银镯闰隽雏霭飘鸽鹂"
)
"""Signs of given names that callers of our day bear; written by hand."""
_NEVER = frozenset(
    "的了在是我你您他她它们不没就都也还这那哪什么吗呢吧呀啊嗯哦被把让给叫请问打说来去上下里外个几多块点号楼层室户表电气"
    "费单报修停断漏坏费缴扣交办查热冷网机线管路街镇县市区店厂站局所处队，。、？！；：,.?!;:“”《》"
)
_ORDINARY_TAGS = ("v", "d", "p", "c", "u", "r", "m", "q", "f", "y", "e", "o")
_STRONG_BEFORE = re.compile(
    r"(?:我叫|名叫|名字[是叫写]?|姓名[是叫写为]?|户[主名](?:[是叫写]|写的)?|本人|业主|机主|房主|联系人[是叫写填]?|申请人|经办人|"
    r"预约人|收[件货款]人|缴费人[是叫]?|开户人|持卡人|承租人|法人(?:代表)?|负责人|报修人|签(?:的是|的|字)|登记(?:的是|的|在)|落款(?:是|写)?|名下是|署名)[:：\s]?$"
)
_MEDIUM_BEFORE = re.compile(
    r"(?:叫啥(?:来着)?|(?:找|叫|让)(?:一?下)?(?:你们|咱们|那个)|叫|是|找|让|给|跟|替|帮|为|和|与|同|由|对|联系|麻烦|请|把|[写填](?:的|成|上)?|改[成为]|换[成为]|转[到给]|过户?[到给]|"
    r"孙女|孙子|外孙女?|外甥女?|侄[子女]|儿媳|女婿|工作人员|人员|登记|儿子|女儿|闺女|老公|老婆|媳妇|爱人|老伴|丈夫|妻子|男人|女人|当家的|爸爸?|妈妈?|父亲|母亲|岳[父母]|公公|婆婆|哥哥?|姐姐?|弟弟?|妹妹?|"
    r"邻居|房东|租[户客]|朋友|同事|对门|亲戚|老板娘?|师傅|经理|主任|班长|站长|队长|组长|所长|村长|支书|书记|会计|电工|[表检修费工理报服业务装]员|用户|客户|我|咱)[:：\s]?$"
)
_PAUSE_BEFORE = re.compile(r"(?:^|[，。、？！；：,.?!;:\s“（(]|[的嗯哦对啊])$")
_TITLE = (
    r"(?:先生|女士|小姐|师傅|阿姨|大爷|大妈|大叔|大姐|大哥|叔叔?|婶|老师|经理|主任|"
    r"同志|奶奶|爷爷|医生|书记|班长|队长|站长|所长|校长)"
)
_STRONG_AFTER = re.compile(
    rf"{_TITLE}|名下|(?:这|那)?(?:个|三个|两个|几个)?(?:名字?|字)(?!号|子)|(?:的)?户头|本人|收(?:$|[，。])|签的|接的|买的|住的|家(?:的|里|$|[，。，]|住)|"
    r"[，。,、\s]{0,2}(?:身份证|电话|手机|[^，。]的[^，。](?=$|[，。]))"
)
_PAUSE_AFTER = re.compile(r"$|[，。、？！；：,.?!;:\s）)”啊呀哦嘛呢吧]")
_GOES_ON = re.compile(r"[是让给打说在接跟和的他她你我这那昨今上前还就也要来去买住签办不没]")
_LOOK = 8
"""Characters from the surname on that the dictionary cuts once more, without what stands before."""
SURNAME_SPELT = (
    "弓长张|立早章|木子李|耳东陈|口天吴|双木林|双口吕|人可何|言午许|三横王|草头黄|走肖赵|古月胡|干勾于|文刀刘|禾木程|"
    "双人徐|言身寸谢|草头蒋|美女姜|三虎彭|雨田雷"
)
"""How callers say which sign their surname is written with."""
_NO_NAMES = re.compile(
    rf"{SURNAME_SPELT}|"
    r"支付宝|马赛克|孙子|汪洋|师傅.*|.*苑|单元门|白花花|诸葛亮|王守义|轩辕黄帝|雷锋|包青天|关云长|武松|"
    r"张飞|孔子|孟子|老子|鲁班|阎王爷?|龙王爷?|黄鼠狼|牛郎|白娘子|扈三娘|欧阳锋|郭德纲|李时珍|毛主席|周总理|邓小平|姜太公|包公|岳飞|金元宝|高明|高峰|阳光|文明|光明|黄金|方圆|方正|石英|江山|常年|常青|安宁|马达|康复|全部|温和|明明|和平|年轻|双方|蓝光|高清|高雅|许可|宁可|白印子|汤子|"
    r"杨树枝|查清楚|金额|宁愿|平时|常见|常用|常常|万能|万一|时常|古老|康乐|强烈|庄严|于是|于今|习惯|全家|单独|单位|车辆|牛奶"
)
"""Words that the dictionary takes for names, and names that callers use as figures of speech."""
_VERBS_TOO = frozenset("查付管房别费应来能过开关区操")
"""Surnames that begin ordinary clauses: 查清楚, 付现金."""
_SHORT = 2
_NO_GIVEN = re.compile(_TITLE)
_THING_AFTER = re.compile(
    r"花园|家园|小区|[路街村苑里城湾庄镇巷桥庙沟屯]|大厦|大道|广场|公寓|医院|学校|[小中大]学|公司|集团|超市|银行|市场|商场|酒店|车站|"
    r"十三香|[^，。]{0,3}(?:店|馆|铺|牌|专卖)|[省市县区州]"
)
_THING_ENDS = frozenset("人路巷道街区村镇县市省厂店站院校园湾楼馆图性化表费卡桥周界片段期间时候点法款型版")


@dataclass(frozen=True, slots=True)
class _Cut:
    """How the dictionary cuts a sentence.

    Attributes:
        text: The sentence.
        words: Word and tag by the place where it begins.
    """

    text: str
    words: Mapping[int, tuple[str, str]]

    @classmethod
    def of(cls, text: str) -> _Cut:
        words: dict[int, tuple[str, str]] = {}
        place = 0
        for word, tag in rjieba.tag(text):
            words[place] = (word, tag)
            place += len(word)
        return cls(text, words)

    def is_inside_a_word(self, place: int) -> bool:
        """Whether a place cuts through a word that the dictionary knows; words it made up do not count."""
        start = next((start for start in range(place, -1, -1) if start in self.words), place)
        return start < place < start + len(self.words[start][0]) and rjieba.has_word(self.words[start][0])


def scored_names(text: str, surname: re.Pattern[str], common: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield names with their places; of those that overlap the weightiest.

    Args:
        text: A sentence.
        surname: Matches any surname, the longest first.
        common: Matches common ones.
    """
    cut = _Cut.of(text)
    found: list[tuple[float, int, str]] = []
    double = 0
    for start in range(len(text) - 1):
        family = surname.match(text, start)
        if family is None or start < double:
            continue
        double = start + len(family[0])
        behind = family.end()
        ends = range(behind + 1, min(behind + 2, len(text)) + 1)
        given_names = [text[behind:end] for end in ends if _may_be_given(text[behind:end])]
        if not given_names:
            continue
        cuts = [(start, cut)]
        if not cut.is_inside_a_word(start):
            cuts.append((0, _Cut.of(text[start : start + _LOOK])))
        weight_of_surname = _weight_of_surname(family[0], text[:start], common)
        for given in given_names:
            name = family[0] + given
            found.append((_weight(text, start, name, given, cuts) + weight_of_surname, start, name))
    taken: list[range] = []
    for weight, start, name in sorted(found, key=lambda item: (-item[0], -len(item[2]))):
        place = range(start, start + len(name))
        if weight >= NAME_FROM and not any(place.start < other.stop and other.start < place.stop for other in taken):
            taken.append(place)
            yield start, name


def _may_be_given(given: str) -> bool:
    is_written_so = all("\u4e00" <= sign <= "\u9fff" and sign not in _NEVER for sign in given)
    return is_written_so and not _NO_GIVEN.fullmatch(given)


def _weight_of_surname(family: str, before: str, common: re.Pattern[str]) -> float:
    if len(family) > 1:
        return 1.0
    is_announced = _STRONG_BEFORE.search(before) or _MEDIUM_BEFORE.search(before)
    if family in _VERBS_TOO and not is_announced:
        return -2.0
    return 0.5 if common.match(family) else (0.0 if is_announced else -0.8)


def _weight(text: str, start: int, name: str, given: str, cuts: Sequence[tuple[int, _Cut]]) -> float:
    end = start + len(name)
    if _NO_NAMES.fullmatch(name) or _is_thing(text, start, name) or _is_explanation(text, start, name):
        return -9.0
    typical = sum(sign in _TYPICAL for sign in given) / len(given)
    return (
        2.0 * typical
        - 1.0
        - 1.5 * (name[-1] in _THING_ENDS)
        + (0.5 if len(name) > _SHORT else -0.8)
        + max(_weight_of_words(place, name, cut) for place, cut in cuts)
        + _weight_before(text[:start], is_long=len(name) > _SHORT)
        + _weight_after(text, end)
    )


def _weight_of_words(start: int, name: str, cut: _Cut) -> float:
    """Return what the dictionary says: the name is a word of its kind, or cuts through other words."""
    end = start + len(name)
    word, tag = cut.words.get(start, ("", ""))
    if word == name:
        return 2.0 if tag.startswith("nr") else (0.5 if tag in ("x", "z", "ns", "nz") else -2.0)
    weight = 1.0 if tag.startswith("nr") else 0.0
    ends_surely = _STRONG_AFTER.match(cut.text, end) is not None
    weight -= 1.5 * (cut.is_inside_a_word(start) + (cut.is_inside_a_word(end) and not ends_surely))
    inside = [cut.words[place] for place in range(start + 1, end) if place in cut.words]
    weight -= sum(0.5 for part, kind in inside if kind.startswith(_ORDINARY_TAGS))
    return weight


def _weight_before(before: str, *, is_long: bool) -> float:
    if _STRONG_BEFORE.search(before):
        return 2.5
    if _MEDIUM_BEFORE.search(before):
        return 1.0
    if _PAUSE_BEFORE.search(before):
        return 0.7 if is_long else 0.2
    return -0.7


def _weight_after(text: str, end: int) -> float:
    if _STRONG_AFTER.match(text, end):
        return 1.0
    return 0.7 if _PAUSE_AFTER.match(text, end) else (0.3 if _GOES_ON.match(text, end) else -0.3)


def _is_thing(text: str, start: int, name: str) -> bool:
    end = start + len(name)
    return bool(_THING_AFTER.match(text, end) or text[start - 1 : start] in tuple("《·") or _in_a_title(text, start))


def _in_a_title(text: str, start: int) -> bool:
    """Whether a place stands between the marks of a book or a film."""
    return text.rfind("《", 0, start) > text.rfind("》", 0, start)


def _is_explanation(text: str, start: int, name: str) -> bool:
    """Whether a well-known name only says how a sign is written: 欧阳锋的欧阳, 郭德纲的郭."""
    after = re.match(
        rf"的([{re.escape(name)}]{{1,2}})(?![\u4e00-\u9fff]{{0,2}}(?:名下|电话))", text[start + len(name) :]
    )
    return after is not None and after[1] in name
