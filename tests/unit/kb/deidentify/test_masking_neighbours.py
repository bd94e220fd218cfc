"""Neighbours of what was missed in sets of strangers: names, addresses and numbers in many shapes, and look-alikes."""

from __future__ import annotations

import re

import pytest

from kb.deidentify import PersonalKind, find_personal

pytestmark = pytest.mark.unit

_MARKED = re.compile(r"<([a-z_]+):([^>]*)>")
_NAMES = {"id_card": "identity", "account_number": "account", "meter_number": "meter"}
SENTENCES = """
喂我叫<name:隋玉梅>隋是隋朝的隋那个玉石的玉
户主<name:乌兰图雅>蒙古族的四个字
我<name:佟丽华>啊，上礼拜打过电话的
是我<name:付国强>，你们回的电话我没接着
让<name:刘桂芳>接电话她是户主
单子上签的<name:邢小军>三个字
这个房子是<name:冼志明>买的还没过户
你帮我查查<name:尹桂兰>名下几块表
联系人填<name:孔令辉>电话<phone:13907551208>
我爱人<name:祁连山>的名字
法人代表<name:储成龙>，税号我等下发
收款人<name:郝淑英>，卡号<bank_card:6217 0012 8003 9951 204>
我老伴<name:索朗次仁>他耳朵背
租客叫<name:Kevin>，外国人
预约人<name:司徒静>
我是三楼的<name:常素琴>
物业经理<name:裘国庆>让我打的
我叫<name:欧阳雪>，欧阳锋的欧阳下雪的雪
王师傅修的，叫啥<name:王铁柱>好像是
工号八零三二的<name:夏雨荷>接的我电话
姓名<name:麦合木提>
用户名字<name:白音仓>
业主<name:游本昌>，身份证<id_card:110101195803124578>
我儿子<name:邱少云>给你们打过
缴费人是<name:段奕宏>
<name:余秋雨>，对就是我
对，<name:贺小兰>，兰花的兰
没错我就是<name:单立人>
是<name:龙云飞>家吗，对
户头上是我公公<name:原长福>
不是<name:李立>是<name:李丽>，美丽的丽
手机<phone:一三九 零零幺二 五五六八>
我手机<phone:186两个三三个七0912>
手机号<phone:一八零八八八八六六六七>
打我电话<phone:幺五八洞洞拐四五六拐洞>
座机<phone:0571-8899 6632>
<phone:13812345678>这是微信同号
我的号，<phone:一三三，六六七八，九零一二>
家里电话<phone:6 8 4 2 3 3 9 1>
传真<phone:02788451236>
分机8013转
打<phone:0 一零 八二三四五六七八>
户号<account_number:零零三七二五幺六九九>
户号是<account_number:三三零一，二二五五，零零八>
客户编号<account_number:H20391157>
我的编号是<account_number:5 0 0 3 1 1 2 9 9 0>
缴费卡号<account_number:8820013377>
表号<meter_number:DT2208 90134>
表号<meter_number:零零二三五五九八七幺>
表上那个条形码<meter_number:4230001000000123456789>
钢印号是<meter_number:N20198833>
身份证<id_card:三二零幺零二一九七八零三零五幺二四叉>
身份证号<id_card:110105 19850312 002X>
证件号码是<id_card:四一零一零一，一九六六，零八一二，三三四七>
银行卡号<bank_card:6222021001112345678>
卡号<bank_card:六二二八四八零零幺二三三四四五五六六七>
尾号<bank_card:8842>的那张卡
邮箱<email:zhangsan_88@163.com>
发我邮箱<email:w小写l2009圈a qq点com>
邮箱是<email:abc123艾特幺二六点com>
邮件地址<email:liu.wei@sgcc.com.cn>
邮箱<email:三五七九二零@qq.com>
车牌<plate:粤B·D12345>
我的车是<plate:沪A D 3 5 7 9 1>
<plate:川A幺二三B五>挡在你们箱变前面
车牌号<plate:鲁QF8866>
<plate:浙CF零零三二八>，绿牌的
我住<address:幸福里小区12栋3单元501>
地址是<address:向阳街道红旗社区永兴巷九号>
<address:东风村三组28号>
我们在<address:和平里七区十四号楼二单元>
<address:北苑家园绣菊园3号楼1707室>
住<address:石桥铺渝州路24号附7号>
<address:南岗区哈西大街金域蓝城A区6栋1单元2003>
我家是<address:大成国际B座1805>
<address:三里屯北小街甲12号>
<address:牛家庄村东头第三排二号>
<address:阳光水岸二期五栋二杠幺零二>
<address:桃源小区5-2-301>
<address:桃源小区五号楼二门三零一>
<address:工人新村37幢406>
<address:马甸乡李集村王庄组12号>
<address:滨河路安置房四号楼东单元一楼西户>
碧桂园那边停电了
在人民广场地铁站附近
工单号20260318005
订单尾号3321
型号DDZY102-Z的表
九五五九八打不通
这个月12块8毛4
预存了2000块
我交了三百六十五块二
3月15号下午两点
上个月读数是12688
今年68岁了
一共三千五百二十度
400-889-5598
快递单号SF1023887712
发票代码044001900111
王府井大街停水
李宁专卖店那边
张家界那边
老王头家电线杆
我姓什么你管得着吗
请按1查询请按2
12345打过了
拨打110也没人管
宽带五百兆套餐199一个月
二零二六年一月一号开始
功率两千五百瓦
三相四线的表
第三档电价
黄金周去不了
高峰电价
马上派师傅
方便接电话吗
我叫<name:苗小翠>，苗条的苗
房东<name:祝永康>不在本地
上次来的师傅叫<name:康宏伟>
给<name:万红梅>打个电话
麻烦登记<name:熊大力>
转到<name:阮氏梅>名下，她是越南人
户主<name:贡布扎西>
我是<name:雷震东>，震动的震
联系<name:花木兰>不是，是<name:华慕兰>
收件写<name:罗成>吧
<name:牛春花>家的水管漏了
我孙女<name:舒婷>帮我打的
平安夜那天停的电
高温天气用电紧张
温馨提示先不用管
张贴的通知我看到了
宁波路那段停水
马上就到小寒了
金牌会员怎么办
黄河路口红绿灯不亮
石油公司边上
万家灯火小区停电
<address:万家灯火小区8栋2203>
<address:蔡家坡镇五星村四组>
<address:高新区锦业路125号>
住<address:金沙湾A区7-1-902>
<address:红星美凯龙后头巷子里18号>
我在<address:文昌阁社区老邮局宿舍3单元201>
<address:建国里4弄25号底楼>
<address:富丽花园3期5号楼一单元十楼东户>
手机<phone:135 零六七 8821 3>
我手机是<phone:一五二九九九九零零一二>
电话<phone:0459 632 1178>
打<phone:17712340098>吧
户号<account_number:61 00 23 88 19>
用户编码<account_number:三三零零八八七幺二>
表号<meter_number:SX-2019-00457>
新表号是<meter_number:0020 1189 3345>
"""
"""One sentence a line; what is personal stands as `<kind:words>`."""


@pytest.mark.parametrize("marked", SENTENCES.split("\n")[1:-1])
def test_neighbours_are_masked_and_look_alikes_stay(marked: str) -> None:
    said = _MARKED.sub(lambda found: found[2], marked)
    expected = [(_NAMES.get(kind, kind), words) for kind, words in _MARKED.findall(marked)]
    found = [span for span in find_personal(said, has_whole_addresses=True) if span.kind is not PersonalKind.SURNAME]
    assert [(span.kind.value, said[span.start : span.end]) for span in found] == expected
