"""Names that follow no Chinese pattern: Tibetan, Mongol and Uyghur ones in Chinese signs, and Latin letters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TIBETAN = (
    "扎西|顿珠|次仁|索朗|卓玛|旺堆|德吉|平措|拉姆|尼玛|达瓦|格桑|白玛|央金|多吉|丹增|强巴|边巴|普布|洛桑|贡嘎|仁青|仁增|曲珍|措姆|旺姆|江白|才让|卓嘎|"
    "罗布|巴桑|次旦|旦增|旦巴|拉珍|吉美|嘉措|坚赞|桑杰|多杰|才旦|才仁|更登|加措|班觉|群培|益西|土登|阿旺|慈仁|泽仁|降央|拥措|四郎|志玛|登巴|贡布|仁钦|拉毛|尕藏|旦正|洛追|次真|达娃"
)
_MONGOL = (
    "乌兰|图雅|其其格|巴特尔|高娃|娜仁|托娅|苏和|那日苏|乌云|塔娜|格日勒|宝音|斯琴|阿木尔|呼和|毕力格|巴雅尔|哈斯|额尔敦|额尔登|敖登|萨仁|苏布德|"
    "布和|达来|吉日嘎拉|孟和|青格勒|图门|满都拉|白音|阿拉坦|通拉嘎|乌日娜|乌力吉|巴根|朝格图|朝鲁|特木尔|铁木尔|呼格吉勒|阿茹娜|萨日娜|娜日|"
    "格根|斯日古楞|牧仁|查干|巴图|巴雅|赛罕|乌仁|其木格|琪琪格|那木汗|温都苏|海日罕|包力高"
)
_TURKIC = (
    "买买提|阿依|古丽|古力|古丽米热|吐尔逊|麦合木提|买合木提|艾山|热合曼|阿不都|阿卜杜|艾合买提|玉素甫|玉素普|库尔班|努尔|帕提|阿迪力|迪丽|热巴|娜扎|"
    "米热|木塔力甫|伊力|哈木|哈力|买合|肉孜|依布拉音|塔依尔|艾尼|瓦尔|克里木|吾买尔|亚森|帕提曼|再丽|凯赛尔|海热提|巴哈|阿里木|阿布|江|汗|买提|"
    "叶尔|哈提|别克|加孜|努尔兰|赛力克|胡安|阿合|马依|巴合提|哈斯木|祖力|皮亚|苏力坦|热依|热依汗|阿曼|古扎|依明|司马义|斯马义|色买提|托合提|如孜"
)
_PARTS = f"{_TIBETAN}|{_MONGOL}|{_TURKIC}"
_COMPOUND = re.compile(rf"(?:{_PARTS}){{2,5}}(?!嘎查|苏木|旗|盟|浩特)")
_ANNOUNCED = re.compile(
    rf"(?:我叫|名叫|叫|名字[是叫]?|姓名[是叫]?|户[主名][是叫]?|我是|业主|联系人[是叫]?)(?P<name>(?:{_PARTS})[^\W，。的是这那我你他她电住在有]{{0,4}})"
    r"(?=[，。、\s这那电住的]|$)"
)
_LATIN_PAIR = re.compile(r"(?<![A-Za-z])[A-Z][a-z'’-]{1,14}(?:[ ·][A-Z][a-z'’-]{1,14}){1,2}(?![A-Za-z])")
_LATIN_CALLED = re.compile(
    r"(?:我叫|名叫|叫|我是|名字[是叫]?|户名[是叫]?|姓名[是叫]?|联系人[是叫]?|找|问一下|收件人[是叫]?)\s?"
    r"(?P<name>[A-Z][a-z'’-]{2,14}(?:[ ·][A-Z][a-z'’-]{1,14}){0,2})(?![A-Za-z0-9])"
)
_NO_NAME = re.compile(
    r"\b(?:Apple|Smart|Home|Wi|Type|Windows|Android|Google|Home|App|Plus|Pro|Max|Mini|Store|Watch|Pad|Phone|Mate|Bluetooth|Hotel|Plaza|Tower|Center|Park|"
    r"City|Mall|Club|Company|Bank|Cafe|Bar|Street|Road|Avenue|Building|Order|Service|Meter|Power|Water|Gas)\b"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def find_foreign_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of Tibetan, Mongol and Uyghur names, and of names in Latin letters in a Chinese text."""
    for found in _COMPOUND.finditer(text):
        yield found.span()
    for found in _ANNOUNCED.finditer(text):
        yield found.span("name")
    if _CHINESE.search(text) is None:
        return
    for found in _LATIN_PAIR.finditer(text):
        if not _NO_NAME.search(found.group()):
            yield found.span()
    for found in _LATIN_CALLED.finditer(text):
        if not _NO_NAME.search(found["name"]):
            yield found.span("name")
