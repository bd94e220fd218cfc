"""Tells whether two entries differ in region, date, class of customers, object or matter. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kb.search.question.analysis.folding import fold


class Aspect(StrEnum):
    """In what two entries differ."""

    REGION = "region"
    DATE = "date"
    CUSTOMER = "customer"
    OBJECT = "object"
    MATTER = "matter"
    TITLE = "title"
    """One word of otherwise equal titles."""


@dataclass(frozen=True, slots=True)
class OtherScope:
    """Why two entries answer different questions.

    Attributes:
        aspect: In what they differ.
        words: What stands in the one and in the other.
    """

    aspect: Aspect
    words: tuple[str, str]


def _groups(*lines: str) -> Mapping[str, re.Pattern[str]]:
    """Read lines of alternatives; the first names the group."""
    return {line.partition("|")[0]: re.compile(line) for line in lines}


_AREAS = _groups(
    "城市|城区|市区|城镇|城网|主城",
    "农村|乡村|乡镇|村里|农网|村镇",
    "偏远|边远|山区|海岛",
    "高层|二次供水",
    "平房|自建房",
)
_PLACE = re.compile(r"[一-鿿]{2}(?:新区|开发区|区|县|镇|街道|营业厅|供电所|小区|分公司)")
_NO_PLACE = re.compile(
    r"(?:地|社|片|辖|城|市|乡|山|郊|园|景|校|厂|住宅|居民|老旧|农村|偏远|所在|本|该|各|全|每|就近|附近|任一|供电|电力|线下|到|去|在)\w{0,2}(?:区|县|镇|街道|营业厅|供电所|小区|分公司)"
)
_NO_NAME = frozenset("是由和跟找归与的属向问给")
"""Signs that are no part of a place's name: 锁是供电所的."""
_CUSTOMERS = _groups(
    "非居民|工商业|一般工商|商业|商户|企业|单位用户|餐饮|饭店|工业|公司用户|经营性|大客户|单位|公建|营业性",
    "居民|家庭|住宅|家里|自家|家用",
    "低保|特困|五保|困难户|低收入",
    "多人口|人口多|五口|满5人|大家庭|人多",
    "学校|幼儿园|养老|福利|社会福利",
    "农业|农田|灌溉|排灌|养殖",
    "高压|10千伏|专变|大工业",
    "低压|220伏|380伏",
    "老年|老人|65岁|60岁",
    "军人|退役|烈属|优抚",
    "残疾|残障",
    "学生|大学生",
    "临时用|临时施工|施工用|基建|建筑工地",
    "充电桩|电动汽车|充换电",
    "光伏|分布式|上网电",
    "特种|洗车|洗浴|高耗水",
    "新用户|新客户|新入网|新装用户",
    "老用户|老客户|存量",
)
_PHASES = _groups(
    "第一档|一档|第一阶梯|一阶",
    "第二档|二档|第二阶梯|二阶",
    "第三档|三档|第三阶梯|三阶",
    "峰段|高峰|峰时|尖峰",
    "谷段|低谷|谷时|夜间电",
    "夏季|夏天|暑期",
    "冬季|冬天|冬",
    "法定节假日|春节|国庆",
)
_OBJECTS = _groups(
    "电表|电能表|电度表",
    "水表",
    "燃气表|气表|煤气表|表具",
    "热量表|热表|热计量",
    "燃气灶|灶具|灶台|炉灶|灶头",
    "热水器",
    "壁挂炉",
    "报警器",
    "软管|胶管|波纹管",
    "机顶盒|电视盒|盒子",
    "遥控",
    "光猫|modem",
    "路由器|wifi|无线网",
    "智能卡|机卡",
    "散热器|暖气片",
    "地暖|地热",
    "普通发票|普票",
    "专用发票|专票",
    "纸质发票|纸质票",
    "电子发票|电子票|电子普通",
    "副卡|副机|第二台|分机",
    "空气开关|空开|漏保|闸",
)
_MATTERS = _groups(
    "新装|报装|新开户|开户|挂表|装机|开栓|立户|安装宽带",
    "过户|更名|户名|改名|换户主|换名字|转到",
    "销户|拆机|拆表|注销|退网|不再使用|退订",
    "报停|停机保号|停保|暂停|停供|停用|先停|停一段|停热|不用暖|不用了|保号|停暖",
    "复电|恢复|复装|复机|启用|重新开通|复供|恢复供",
    "增容|加大|扩容|增加容量",
    "减容|降容|减少容量",
    "移机|移表|改管|迁移|移位|迁表|搬家|换地方|改装|移改",
    "校验|验表|检定|校表|检表|表不准|走得快|测表",
    "退费|退款|退押金|退钱|退还|多交",
    "安检|安全检查|入户检查",
    "抄表|抄见|表底",
    "测温|量温度|温度标准|多少度|室温|温度",
    "欠费|停电催|不交.{0,3}费|没交.{0,3}费|违约金|滞纳金|交晚|逾期",
    "充值|充钱|缴费方式|怎么交|购气|购电|买气|买电|充电费",
    "提速|升级|带宽|换套餐|变更套餐",
    "续费|续订|续约|包年|包月",
    "签约|绑定|开通代扣",
    "解约|解绑|取消代扣",
    "奖励|奖金|有奖",
    "处罚|罚款|追补",
    "安装(?!宽带)",
    "赔偿|理赔|索赔|赔",
    "投诉|举报",
    "漏水|跑水|爆管|渗水|滴水",
    "漏气|燃气味|煤气味|泄漏|气味",
    "停电|断电|没电",
    "停水|没水|断水",
    "停气|没气|断气",
    "不热|不暖|温度低|冰凉",
    "冻",
    "倒转|倒走|反转",
    "空转|自走|不用.{0,2}也走|自己走",
    "跳闸|跳了",
    "信号|雪花|黑屏|马赛克",
    "断网|网络中断|上不了网|网速|掉线|卡顿",
    "水质|发黄|浑|异味",
    "水压|压力",
    "电压",
    "放气|排气",
    "价格|单价|电价|水价|气价|热价|一方多少|一度多少",
    "密码",
    "点播|回看|会员",
)
_TROUBLES = _groups(
    "报警器.{0,3}(?:响|叫)|响了|一直响|嘀嘀",
    "坏了|损坏|失灵|保修|找谁换",
    "打不着|点不着|不着火",
    "松手就灭|松手.{0,2}灭|熄火|点着就灭|自己灭|自动灭",
)
"""What is wrong with a thing; compared among themselves, for 坏了 says less than a matter."""
_YEAR = re.compile(r"20\d\d")
_NOISE = re.compile(r"[\W_]+")
ALIKE_TITLES = 0.6
"""From this share of common characters on, a word that differs is what tells two titles apart."""


def other_scope(a_title: str, a_answer: str, b_title: str, b_answer: str) -> OtherScope | None:
    """Return in what two entries are about different things; None when nothing says so."""
    titles = fold(a_title).text, fold(b_title).text
    texts = f"{titles[0]} {fold(a_answer).text}", f"{titles[1]} {fold(b_answer).text}"
    return (
        _differ(Aspect.REGION, _places(texts[0]), _places(texts[1]))
        or _differ(Aspect.REGION, *(_found(_AREAS, title) for title in titles))
        or _other_years(titles, texts)
        or _differ(
            Aspect.CUSTOMER,
            *(_found(_CUSTOMERS, title) or _found(_CUSTOMERS, text) for title, text in zip(titles, texts, strict=True)),
        )
        or _differ(Aspect.DATE, *(_found(_PHASES, title) for title in titles))
        or _differ(Aspect.OBJECT, *(_found(_OBJECTS, title) for title in titles))
        or _differ(Aspect.MATTER, *(_found(_MATTERS, title) for title in titles))
        or _differ(Aspect.MATTER, *(_found(_TROUBLES, title) for title in titles))
        or _other_word(*titles)
    )


def _found(groups: Mapping[str, re.Pattern[str]], text: str) -> dict[str, str]:
    # 非居民 is no 居民: what was found first is taken out of the text.
    found = {}
    for name, pattern in groups.items():
        if match := pattern.search(text):
            found[name] = match.group()
            text = pattern.sub(" ", text)
    return found


def _places(text: str) -> dict[str, str]:
    return {
        match.group(): match.group()
        for match in _PLACE.finditer(text)
        if not _NO_PLACE.search(match.group()) and not _NO_NAME.intersection(match.group()[:2])
    }


def _other_years(titles: tuple[str, str], texts: tuple[str, str]) -> OtherScope | None:
    named = [set(_YEAR.findall(title)) for title in titles]
    if all(named):
        return (
            OtherScope(Aspect.DATE, ("、".join(sorted(named[0])), "、".join(sorted(named[1]))))
            if named[0] != named[1]
            else None
        )
    return _differ(Aspect.DATE, *({year: year for year in _YEAR.findall(text)} for text in texts))


def _differ(aspect: Aspect, one: Mapping[str, str], other: Mapping[str, str]) -> OtherScope | None:
    if one.keys() - other.keys() and other.keys() - one.keys():
        return OtherScope(aspect, (_joined(one.values()), _joined(other.values())))
    return None


def _joined(words: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(words))


def _other_word(one: str, other: str) -> OtherScope | None:
    first, second = _NOISE.sub("", one), _NOISE.sub("", other)
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    if matcher.ratio() < ALIKE_TITLES:
        return None
    replaced = [(first[i:j], second[k:m]) for tag, i, j, k, m in matcher.get_opcodes() if tag == "replace"]
    if (
        len(replaced) == 1
        and all(1 <= len(word) <= 4 for word in replaced[0])
        and abs(len(replaced[0][0]) - len(replaced[0][1])) <= 1
    ):
        return OtherScope(Aspect.TITLE, replaced[0])
    return None
