"""Words that announce a field: in a question of the agent, or before a value. Pure."""

from __future__ import annotations

import re

from assist_api.facts.fields import FactField, Turn

CUES = {
    FactField.ACCOUNT_NUMBER: re.compile(
        r"[户互]号|用户号|客户号|客户编号|用户编号|账号|帐号|缴费号|缴费编[号码]|用电编号|用气编号|用水编号|卡号|智能卡|"
        r"交费号|交费编号|(?<!身份)证号|[热水电气]卡|用户证|收视证|(?:客户|用户)代码|服务号|(?<![话机码表牌门型单账户])号是|宽带号|热费号|供热编号|编码|编号(?!牌)|account"
    ),
    FactField.METER_NUMBER: re.compile(
        r"(?:电|水|气|燃气|热量|煤气)?表(?:的)?(?:编?号|条码|条形码|出厂号)|资产号|meter number"
    ),
    FactField.PHONE: re.compile(
        r"电话|手机|座机|联系方式|怎么联系|如何联系|联系号码|打(?:我|他|她|这|到)|办公室|回电|号码(?!牌)|phone|mobile"
    ),
    FactField.METER_READING: re.compile(
        r"读数|示数|显示(?:的)?(?:数字?)?(?:是|为|多少|几)|(?:电|水|气|热量?|煤气|燃气)表[^，。？！]{0,6}(?:多少|几个?字)(?!钱|号)|自己(?:看|抄)的?|看了?一?下?表|底数|表数|字码|止码|行度|字轮|(?:表上|表里|表盘|屏幕上?|屏上)[^，。？！]{0,8}(?:数|多少|几|显示|是)|"
        r"(?:现在|目前|今天)[^，。？！]{0,6}(?:数|多少(?!钱|度|人|号))|黑(?:色|的)|走到(?:了)?|抄(?:到|的)?.{0,3}数|报.{0,2}数"
    ),
    FactField.ADDRESS: re.compile(
        r"地址|位置|住哪|住在哪|哪里|哪儿|什么地方|哪个(?:小区|村|街道|地方|位置|路)|在哪|几号楼|几单元|门牌|哪栋|哪一栋|几栋|多少号|房号"
    ),
    FactField.NAME: re.compile(r"贵姓|尊姓|怎么称呼|如何称呼|叫什么|姓名|名字|户名|姓什么|您姓|哪位|户主(?:是|叫)"),
    FactField.OCCURRED_AT: re.compile(
        r"什么时候|啥时候?|哪个时候|哪会儿|多会儿|几时|几点|多长时间|多久|哪天|何时|什么时间|从哪天|几号(?!楼)|(?:开始|发现|发生|出现).{0,4}(?:时间|的[？?]?$)"
    ),
}
READ_BACK = re.compile(r"对吧|对吗|是吧|是吗|没错吧|对不对|核对|确认|复述|重复")
YES = re.compile(r"^(?:[嗯哦啊诶哎]*[，。]?)*(?:对|是(?!不是)|没错|嗯|行|好|可以|就是|正确|yes|right)")
NO = re.compile(r"^(?:[嗯哦啊诶哎]*[，。]?)*(?:不对|不是|错了|没有|不不|哪里呀|no\b)")
CORRECTION = re.compile(
    r"不对|错了|说错|念错|看错|记错|报错|不是(?!.{0,3}吧)|等一?下|应该是|改成|更正|重新|纠正|哦不|噢不|啊不|哎不|呃不|我再|sorry"
)


def asked_fields(turn: Turn) -> tuple[FactField, ...]:
    """Return what an agent's utterance asks for, in the order of the questions."""
    if turn.is_customer:
        return ()
    found = [(match.start(), field) for field, cue in CUES.items() if (match := cue.search(turn.text)) is not None]
    return tuple(field for _, field in sorted(found))


def nearest_cue(text: str, start: int, fields: tuple[FactField, ...], reach: int = 20) -> FactField | None:
    """Return the field that the words before a place announce; the nearest words decide."""
    before = text[max(0, start - reach) : start]
    found = [
        (match.end(), match.end() - match.start(), field) for field in fields for match in CUES[field].finditer(before)
    ]
    return max(found)[2] if found else None
