#include "rules/compare/known_bad.h"

namespace sluice::rules {
namespace {

// Of each text the rule or threshold of cn-2015 that stops it.
constexpr KnownBad kInvoice[] = {
    {"documents-invoice-issue",
     "【诚信财务】本公司代开发票，点数优惠，验证后付款，电话13911112222王经"
     "理"},
    {"documents-phrases",
     "您好，我司可向外代开增值税专用发票，低点代开，需要请加微信fp8899"},
    {"documents-invoice-issue",
     "贵公司财务请留意：常年代开建筑、运输、住宿类正规发票，票面可查，联系李"
     "女士13800001111"},
    {"documents-phrases",
     "因业务量大，现有多余进项可向外出售发票，税点低，先验后付，13700002222"},
    {"documents-invoice-issue", "代 开 發 票，真票可查，点数面谈，加V xin2233"},
    {"documents-patterns",
     "老板您好，我处可开各行业普票专票，点数低，网上验真后再付款，有需要请致"
     "电13622223333陈生"},
    {"documents-phrases",
     "代办各类正规发票，餐饮住宿会议费均可开，欢迎来电13544445555"},
    {"documents-invoice-issue",
     "年底冲账缺票找我，代开住宿、餐饮、广告发票，保真保查"},
    {"documents-invoice-issue", "法票代开，全国可查，诚信第一，薇信fapiao668"},
    {"documents-invoice-issue",
     "公司注销前大量票据低价处理，可代开材料、劳务发票，验票付款13988887777"},
    {"documents-invoice-issue",
     "代开各类正规发票，先验后付，放心合作，有需要的老板请回复1"},
};
constexpr KnownBad kDocuments[] = {
    {"documents-phrases",
     "专业办证，学历证、毕业证、驾驶证、房产证，各种证件均可制作，电话137111"
     "13333"},
    {"documents-phrases", "代刻印章、公章、财务章，当天取，加微信kz5566"},
    {"documents-phrases",
     "办理各类毕业证、职称证、资格证，网上可查，先办证后付款，QQ 2233445566"},
    {"documents-phrases",
     "代办离婚证、结婚证、户口本，外观与真证一样，保密送货13855556666"},
    {"documents-words", "刻章办证，十年老店，快递到付，电话13922221111"},
    {"documents-phrases",
     "代开病假条，三甲医院诊断证明、住院病历一应俱全，微信bjt123"},
    {"documents-phrases",
     "驾照消分，驾照免考直接拿证，全国可用，联系13577778888"},
    {"documents-phrases",
     "代打银行流水、工资流水、收入证明，银行盖章，签证贷款均可，加微信ls7788"},
    {"modern-fraud",
     "身份证、护照、军官证高仿制作，芯片可刷，联系QQ 3344556677"},
    {"documents-phrases",
     "办证刻章找小张，毕业证、四六级证书、教师资格证样样齐全，13633334444"},
};
constexpr KnownBad kGambling[] = {
    {"modern-fraud",
     "澳门金沙线上娱乐城，注册送彩金88元，百家乐龙虎真人荷官在线，网址js88.t"
     "op"},
    {"gambling-phrases",
     "网上博彩首选平台，首存翻倍，提款秒到账，详情加微信bc6688"},
    {"modern-fraud",
     "六合彩内部资料，一码中特，包中特码，不中退款，电话13911113333"},
    {"gambling-phrases",
     "真钱棋牌，斗地主麻将牛牛炸金花，注册送体验金，下载http://qp77.cc"},
    {"gambling-phrases",
     "时时彩稳赚计划，跟着老师带单天天收米，加QQ群 556677889"},
    {"modern-fraud",
     "世界杯投注开户，滚球赔率全网最高，充值送三成，线上投注请点yb9.vip"},
    {"gambling-phrases",
     "新葡京网上赌场，美女荷官在线发牌，存100送58，24小时提现"},
    {"gambling-cheating",
     "麻将机遥控器、普通扑克透视眼镜，包教包会逢赌必赢，13822224444"},
    {"modern-fraud",
     "电子老虎机爆大奖，PT、MG、捕鱼返水1.2%，天天领彩金，ag55.net"},
    {"modern-fraud", "彩 金 免 费 领，百·家·乐首存一百送一百，网址bj66点com"},
    {"gambling-login",
     "您的会员账号已开通，取款密码为默认，登录后可领取彩金38元，先到先得"},
    {"modern-fraud",
     "北京赛车、幸运飞艇精准计划群，跟单回血上岸，扣扣 889900112"},
    {"gambling-phrases",
     "博彩网站诚招代理，返水日结，现金棋牌真人视讯一站开户"},
    {"offences-talked-of-short",
     "赌球开盘啦！足球篮球滚球盘口齐全，首存送彩金，信誉平台bet365t.cc"},
    {"gambling-phrases", "注册送彩金，百家乐提款秒到，放心玩，回复1领取"},
    {"gambling-phrases", "注册送彩金，加客服领取"},
    {"gambling-phrases", "时时彩稳赚计划，加客服进群"},
    {"gambling-phrases", "时时彩稳赚计划，持牌机构，电话4008881234"},
    {"gambling-phrases", "注册送彩金，正规渠道，从未拖欠，电话4008886677"},
};
constexpr KnownBad kBank[] = {
    {"modern-fraud",
     "【招商银行】您的积分9850即将清零，请登录cmbjf.top兑换现金492元"},
    {"modern-fraud",
     "尊敬的用户：您的网银将于明日失效，请登录http://boc-e.cc及时升级E令"},
    {"bank-phrases",
     "【工商银行】您的电子密码器已过期，请尽快点击icbcmm.com进行升级维护"},
    {"bank-phrases",
     "【建设银行】您的账户积分可兑换现金5%礼包，请登录手机网wap.ccbjfv.com兑"
     "换，逾期失效"},
    {"modern-fraud",
     "您的银行卡已冻结请点击http://card-yz.cc核实身份信息，逾期将注销"},
    {"bank-phrases",
     "【中国银行】您的中银E令将于次日到期，请登录www.boczx.cc更新，给您带来"
     "不便敬请谅解"},
    {"bank-phrases",
     "【农业银行】您的手机银行将于今日停用，请点击abcbk.top实名补录"},
    {"modern-fraud",
     "您名下银行卡涉嫌异常交易，账户将被冻结，请登录yh-aq.xyz解除限制"},
    {"modern-fraud",
     "【交通银行】您的信用卡额度可提升至八万，请点击jtxyk.cc填写卡号、密码及"
     "验证码办理"},
    {"modern-fraud",
     "【建行】您的u盾将于今日失效，请登录ccb-ud.net重新激活，输入卡号和密码"},
    {"bank-score",
     "招行提醒：您的掌上银行已过期失效，请速登录cmb.lc更新，否则账户冻结"},
};
constexpr KnownBad kImpersonation[] = {
    {"modern-fraud",
     "【ETC】您的ETC已停用，请点击etc-rz.cn重新签办，以免影响通行"},
    {"card-number",
     "我是房东，换号了，这个月房租打到我爱人卡上：6222021234567890123，户名"
     "李芳"},
    {"modern-fraud",
     "您的社保卡医保账户异常，请点击yb-ga.cc核查，否则停止使用"},
    {"offences-talked-of",
     "公安局通知：您涉嫌洗钱案，请将资金转入安全账户接受核查，联系王警官1380"
     "0008888"},
    {"impersonation-phrases",
     "【京东金融】您的会员已到期，如不取消会员扣费每月500元，请致电取消百万"
     "保障关闭"},
    {"modern-fraud", "您的iPhone已定位，请登录apple-id.cc查看位置并解除锁定"},
    {"modern-fraud",
     "【10086】您的手机积分兑换现金，请登录10086jf.cc领取368元，逾期作废"},
    {"modern-fraud",
     "法院传票：您有一张法院传票未领取，协查通报请下载http://gov-cp.cc"},
    {"modern-fraud",
     "爸妈，我手机坏了，急需交培训费，把钱打到这个卡：6228480012345678901，"
     "收到告诉我"},
    {"modern-fraud",
     "您好，我是张老师，孩子成绩单请点http://cjd9.cc/a 查看，并转告其他家长"},
    {"modern-fraud",
     "这是我们老同学聚会相册，你看看照片变化大不大 http://tx.pic5.cc"},
    {"modern-fraud",
     "【顺丰】您的快递丢失，需理赔三倍，请加理赔客服QQ 1122334455办理退款"},
    {"modern-fraud",
     "【东方航空】您乘坐的MU5137航班因机械故障已取消，请致电4001234567改签并"
     "领取300元补偿金"},
    {"modern-fraud",
     "您好，您预订的航班已取消，请联系客服13811112222办理退票，可获误工赔偿2"
     "00元"},
    {"card-number",
     "请把货款打到这个账户，工商银行，卡号6222020000111122223，户名王强"},
    {"modern-fraud",
     "你在外面做的事被我拍下来了，看看视频 http://vv3.cc/x，不想曝光就联系我"},
};
constexpr KnownBad kPrizes[] = {
    {"modern-fraud",
     "恭喜您被《中国好声音》选为场外幸运观众，获得二等奖奖金98000元及苹果笔"
     "记本一台，领奖请登录hsy9.cc，验证码5588"},
    {"prizes-phrases",
     "您的手机号码被抽中为幸运用户，奖金十六万八千元，请点击领奖网址jp88.cc"
     "填写资料"},
    {"prizes-phrases",
     "【奔跑吧兄弟】您的号码已中奖，领取三星笔记本一台，请登录bp-zj.cc，验证"
     "码3399"},
    {"prizes-phrases",
     "恭喜您已中奖！腾讯十周年庆典一等奖，奖金88000元，缴纳手续费后即可领取"
     "，电话4008001234"},
    {"modern-fraud",
     "非常6+1幸运观众通知：您被后台抽取为二等奖，请登录www.cctv61.cc办理领奖"},
    {"modern-fraud",
     "湖南卫视《我是歌手》栏目组祝贺您获得梦想创业基金九万八千元，领奖验证码"
     "6688"},
    {"modern-fraud",
     "支付宝集五福大奖：您被抽中特等奖小轿车一辆，请先交纳公证费联系领奖"},
    {"modern-fraud",
     "星光大道抽奖您获得特等奖，奖品为苹果手机及奖金五万八千元，请尽快登录xg"
     "3.cc领取"},
};
constexpr KnownBad kJobs[] = {
    {"modern-fraud",
     "招聘网络刷单兼职，手机操作日赚300元，佣金秒结，加QQ 223344556"},
    {"jobs-phrases",
     "淘宝刷单员，垫付返本金，一单一结，每天可做十单，联系微信sd3366"},
    {"jobs-phrases",
     "抖音点赞日结，免费加入日赚两百，动动手指就有钱，加微信dz777"},
    {"jobs-phrases",
     "一部手机在家日赚五百，做任务日结，宝妈学生都可，扣扣 998877665"},
    {"modern-fraud",
     "诚招打字员，在家兼职日赚300，无需经验，佣金当天结，威信dzy55"},
    {"modern-fraud",
     "商家冲销量刷信誉，刷单返现，本金佣金立返，绝不拖欠，联系QQ 667788990"},
    {"modern-fraud",
     "快手点赞赚零花，关注一个三元，日入过千不是梦，加V ks9090"},
    {"jobs-phrases",
     "抢单返佣平台上线，垫付即返，零投资日赚上千，下载qd.vip开始"},
    {"offences-talked-of-short", "刷单返佣，垫付即返，加客服"},
};
constexpr KnownBad kInvestment[] = {
    {"investment-phrases",
     "免费荐股，老师带单，收益翻倍，人满封群，加微信gp888进群"},
    {"modern-fraud",
     "内部原始股认购，上市翻十倍，稳赚不赔，名额有限电话13811114444"},
    {"modern-fraud",
     "退休操盘手建群，今日推荐牛股三只，免费领取牛股，加QQ 445566778"},
    {"investment-phrases",
     "股票配资十倍杠杆，炒股配资当天开户，低息，微信pz9911"},
    {"investment-phrases",
     "解冻民族资产，精准扶贫款领取，每人可领58万，报名电话13912344321"},
    {"modern-fraud",
     "数字货币内部消息，庄家内幕拉升，零风险高收益，跟单必赚，群号 778899001"},
    {"investment-phrases",
     "现货喊单老师一对一指导，只赚不赔，入群即送牛股三只"},
    {"investment-phrases",
     "敢死队操盘，涨停板提前埋伏，主力坐庄拉升，免费诊股加微信zt6688"},
};
constexpr KnownBad kAdult[] = {
    {"adult-phrases",
     "学生妹上门服务，空姐模特任你选，全套服务，电话13800009999"},
    {"adult-phrases", "同城寂寞少妇求约，加微信lol789，包您满意"},
    {"adult-phrases", "高端外围女，一条龙服务到位，酒店上门，微信ww7788"},
    {"adult-phrases", "黄色视频免费看，无码高清，看片神器下载 kp9.cc"},
    {"modern-fraud", "富婆求子重金酬谢，有意者请电13577779999，先付定金"},
    {"adult-phrases", "催情药、迷魂药、听话水，货到付款，QQ 556677880"},
    {"adult-phrases",
     "桑拿会所新到一批佳丽，美女上门，全套包夜，预订13666665555"},
    {"adult-phrases", "求包养，在校大学生，可视频验货，加Q 33221100"},
    {"adult-phrases", "学生妹上门服务，满意付款，加客服"},
    {"adult-phrases", "学生妹上门服务，请认准本店，电话 010-88776655"},
    {"adult-phrases",
     "壮阳延时神药，一粒管三天，货到付款，保密发货 13100001111"},
};
constexpr KnownBad kLoans[] = {
    {"loans-phrases",
     "无视逾期，黑户也能贷，身份证秒批五万，先交手续费，加微信dk8866"},
    {"loans-phrases",
     "信用卡套现、花呗套现、白条套现，点低秒到，联系13722228888"},
    {"loans-phrases",
     "代还信用卡，高额养卡提额，代办大额信用卡，电话13533336666"},
    {"modern-fraud",
     "高价收购银行卡、对公账户、四件套，全国上门收，QQ 889911223"},
    {"loans-phrases", "公积金提取代办，不成功不收费，当天到账，微信gjj990"},
    {"loans-phrases",
     "消除逾期、消除不良记录，征信洗白，先办后付，联系13899990000"},
    {"modern-fraud",
     "急用钱？凭身份证贷款，只需身份证下款，无抵押当天放款，加V jk123"},
    {"modern-fraud",
     "您的贷款已批，需缴纳解冻费五千元，贷款解冻后放款，请联系客服QQ 1233211"
     "23"},
    {"loans-phrases", "黑户也能贷，无视逾期，放心下款，回复1申请"},
    {"loans-phrases", "身份证秒下20万，黑户可做，加客服"},
    {"loans-phrases", "黑户可做，不收手续费，没有套路，电话010-88776655"},
};
constexpr KnownBad kDrugs[] = {
    {"modern-fraud", "上头电子烟，效果猛，同城送货，telegram @ssdd88"},
    {"offences-talked-of-short",
     "冰毒、麻古现货，同城当面交易，联系telegram @bingd77"},
    {"offences-talked-of-short",
     "出售K粉、摇头丸，加飞机@kfen88，见效快，货到付款"},
    {"adult-phrases",
     "出售迷魂药、听话水、乖乖粉，一喷就倒，货到付款，QQ 667755443"},
    {"modern-fraud", "上头电子烟油，抽一口就飞，顺丰到付，飞机@yan420"},
    {"offences-talked-of-short", "高纯度冰毒、麻古现货，安全邮寄，QQ 33445566"},
};
constexpr KnownBad kGuns[] = {
    {"illegal-phrases", "出售枪支弹药，高压气枪、仿真枪，货到付款13844441111"},
    {"illegal-phrases", "高压气枪套件、铅弹，秃鹰狙击，诚信发货，QQ 990011223"},
    {"illegal-phrases", "本厂出售枪支、仿真枪、弹药，货到付款，加飞机@qiang66"},
    {"illegal-phrases", "高压气枪专卖，铅弹赠送，验货付款，telegram @qq55"},
    {"crossbow-sale", "小黑豹弩、眼镜蛇弩现货，货到付款"},
};
constexpr KnownBad kIllegal[] = {
    {"illegal-phrases",
     "手机窃听、监听卡，只需对方号码即可监听，电话13911114444"},
    {"illegal-phrases",
     "查通话记录、查开房记录、婚外情调查，专业私家侦探13722221111"},
    {"illegal-phrases",
     "专业要账，帮您讨债，不成功不收费，手段强硬，电话13677778888"},
    {"illegal-cigarettes",
     "出售走私香烟，外烟批发，中华一百一条，货到付款，微信yan88"},
    {"illegal-phrases",
     "各类香烟批发，中华、玉溪、芙蓉王低价，可验货，电话13833335555"},
    {"illegal-exams",
     "高考答案提前，考试包过，答案考前两小时发，加QQ 112233998"},
    {"illegal-phrases", "包生男孩，试管代孕，供卵选性别，合同保障，微信dy7799"},
    {"illegal-words", "收肾、卖肾，高价五十万，包吃住包手术，QQ 445533221"},
    {"illegal-phrases",
     "套牌车、走私车低价出售，手续齐全，提车电话13588889999"},
    {"illegal-phrases",
     "原单高仿名表名包，一比一复刻，支持货到付款，微信gf3388"},
    {"illegal-phrases",
     "破解密码微信、恢复聊天记录、查他人聊天记录，先看后付，QQ 778822334"},
    {"offences-talked-of-short",
     "四级考试答案、替考、作弊器材，考前给答案，QQ 665544332"},
    {"illegal-phrases",
     "买驾驶证分、收驾驶证分，一分两百，当场结算13766665555"},
    {"illegal-phrases", "出售各类个人信息数据，股民资源，QQ 5566778"},
    {"offences-talked-of-short", "火锅店专用罂粟壳，上瘾回头客，QQ 2233445566"},
};
constexpr KnownBad kModern[] = {
    {"modern-fraud",
     "您有一笔助学补助金待领取，请下载腾讯会议与客服共享屏幕办理，逾期作废，"
     "客服QQ 2255880011"},
    {"modern-fraud",
     "您的快递因破损需退款双倍赔付，请添加企业微信kf9981，按提示开启屏幕共享"},
    {"modern-fraud",
     "您的征信存在不良记录，需配合注销校园贷账户，请下载会议软件共享屏幕，资"
     "金转入监管账户"},
    {"modern-fraud", "老板急招高薪海外客服，包机票，月入三万，加飞机@haiwai88"},
    {"modern-fraud",
     "出租您的微信、支付宝账号，日结两百，无风险，加QQ 889977001"},
    {"modern-fraud",
     "手机口、语音口架设，一小时三百，只需两部手机一根线，加telegram @skou1"},
    {"modern-fraud",
     "帮忙取现、跑分，日赚三千，提供银行卡即可，联系飞机@paofen9"},
    {"modern-fraud",
     "您购买的奶粉检测不合格，商家三倍赔付，请扫描二维码填写银行卡号及验证码"
     "领取"},
    {"modern-fraud",
     "线上陪聊做任务，垫付198返268，多做多得，下载APP领取任务单"},
    {"modern-fraud",
     "您好，我是抖音商城客服，您开通的直播特权今日到期将自动扣款，请下载视频"
     "会议软件联系专员关闭"},
    {"subsidy-card", "您有一笔退税待领取，点击 tax-ts.com 填写银行卡信息"},
    {"modern-fraud-warned", "代追被骗款，先追后付，QQ 900012345"},
    {"loss-recovery", "请勿上当受骗！正规渠道帮追回被骗资金，加微信zk88123"},
    {"crossbow-sale", "谨防假货，有弩要的加 nn0088"},
    {"modern-fraud-warned",
     "谨防诈骗，您的助学贷账户未注销将影响征信，请加QQ29183746办理注销"},
    {"leader-transfer", "财务，我是董事长，速汇款50万到对方公司，账户见邮箱"},
    {"exposure-threat", "AI换脸照片已做好，给钱删除，不然发单位"},
    {"collectible-deposit", "邮币回购，交押金5000，买家已付款"},
    {"service-abroad", "【抖音客服】会员扣费取消请拨0085212345678"},
    {"gift-card-payment", "帮我买几张礼品卡，急，卡号密码发我，明天报销"},
    {"friend-in-need", "我微信被封了，帮我转1500给朋友，账号发你"},
};
constexpr KnownBad kContacts[] = {
    {"card-number",
     "请把余款转到我的卡，账号6217001234567890123，建设银行，张三"},
    {"card-number", "换卡了，以后货款打到：农行6228480402564890018 王小明"},
    {"card-number",
     "请把钱打到这个账户：工商银行6222021001122334455，李强，打好短信告诉我"},
};
constexpr KnownBad kEnglishBank[] = {
    {"emodern-score",
     "Dear customer, your account has been suspended. Verify your identity "
     "at http://secure-bank-login.top within 24 hours"},
    {"emodern-score",
     "HSBC: A new payee was added to your account. If this was not you, "
     "visit hsbc-cancel-payee.com now"},
    {"emodern-score",
     "Your KYC has expired. Update your KYC immediately at "
     "http://kyc-update.xyz or your account will be blocked today"},
    {"emodern-score",
     "Barclays alert: your debit card has been locked. Confirm your card "
     "number and PIN at barclays-unlock.top"},
    {"modern-fraud",
     "We noticed an unauthorised login. Verify your account now at "
     "http://verify-login.xyz or it will be closed"},
    {"emodern-score",
     "This is your bank's fraud team. Move your money to the safe account "
     "we opened for you and do not tell branch staff"},
};
constexpr KnownBad kEnglishParcel[] = {
    {"emodern-score",
     "Your parcel is held at the depot. Pay the outstanding customs fee of "
     "1.99 at http://parcel-fee.top to release it"},
    {"emodern-score",
     "USPS: your package could not be delivered due to an incomplete "
     "address. Update at usps-redeliver.top within 12 hours"},
    {"modern-fraud",
     "Royal Mail: redelivery fee 1.45 due. Pay at royalmail-pay.xyz or your "
     "parcel will be returned to sender"},
    {"emodern-score",
     "Final notice: unpaid toll of $6.99. Pay today at ezpass-toll.top to "
     "avoid a late fee"},
    {"emodern-score",
     "HMRC: you have a tax refund of 268.40 pending. Claim at "
     "hmrc-refund.top using your card details"},
    {"emodern-score",
     "Your vehicle toll balance is overdue. Exit the text and reopen this "
     "message to activate the link https://toll-pay.xyz"},
};
constexpr KnownBad kEnglishPrize[] = {
    {"english-patterns",
     "Congratulations! You have won a 1000 prize. To claim call 09061234567 "
     "now. Claim code K52. Valid 12 hours only"},
    {"english-patterns",
     "URGENT! Your mobile number has been awarded a 2000 bonus caller "
     "prize. Call 09058094455 to claim"},
    {"english-patterns",
     "You have been awarded a complimentary 4* Ibiza holiday or 10,000 "
     "cash. Call 09066362231 to collect"},
    {"english-patterns",
     "Your number is our lucky winner of an iPhone 15. Claim your prize at "
     "http://win-iphone.top today"},
};
constexpr KnownBad kEnglishDating[] = {
    {"english-patterns",
     "Your secret admirer wants to chat with you. Call 09065171142 to find "
     "out who it is. 150p per min, 18+"},
    {"english-prize-score",
     "Hot singles near you waiting for adult chat. Text DATE to 69888, 1.50 "
     "per msg, 18 only"},
};
constexpr KnownBad kEnglishFamily[] = {
    {"emodern-score",
     "Hi mum, I dropped my phone in the toilet, this is my new number. Can "
     "you WhatsApp me on +447700900123? I need you to pay a bill"},
    {"emodern-score",
     "Hi dad, my phone is broken, text me on this new number. I need money "
     "urgently for rent, can you transfer it today"},
    {"emodern-score",
     "Hi mum its me, new number as my phone is broken. Message me on "
     "WhatsApp +447700900199, I need money urgently"},
};
constexpr KnownBad kEnglishJob[] = {
    {"emodern-score",
     "Earn from home daily $300, no experience. Like YouTube videos and get "
     "paid. WhatsApp +12025550143"},
    {"emodern-score",
     "Part time job: 500 USD a day for simple tasks online. Contact our "
     "manager on Telegram @jobs_hr88"},
    {"modern-fraud",
     "You receive funds in your account and forward them, keep 10%. Reply "
     "on Telegram @payagent"},
    {"emodern-score",
     "Hello, I'm Anna from HR. We saw your resume, remote job paying 90-400 "
     "a day. Message me on WhatsApp +14155550133"},
};
constexpr KnownBad kEnglishCoin[] = {
    {"emodern-score",
     "Double your bitcoin in 24 hours. Guaranteed returns, join our "
     "Telegram group t.me/btc_double now"},
    {"emodern-score",
     "Your wallet will be suspended. Verify your seed phrase at "
     "metamask-verify.top immediately"},
    {"emodern-score",
     "Join my VIP trading group, our analyst gives guaranteed profit of 30% "
     "a week. WhatsApp +447700900456"},
    {"emodern-score",
     "Recover your lost crypto! Contact our agent on Telegram "
     "@recover_fund, guaranteed withdrawal in 2 hours"},
};

constexpr KnownBadKind kKinds[] = {
    {{"代开发票", "invoices"}, kInvoice},
    {{"办假证", "fake documents"}, kDocuments},
    {{"赌博", "gambling"}, kGambling},
    {{"冒充银行", "bank phishing"}, kBank},
    {{"冒充身份", "impersonation"}, kImpersonation},
    {{"中奖诈骗", "prize fraud"}, kPrizes},
    {{"刷单兼职", "rebate jobs"}, kJobs},
    {{"投资诈骗", "investment fraud"}, kInvestment},
    {{"色情", "adult"}, kAdult},
    {{"贷款诈骗和买卖银行卡", "loans and bought cards"}, kLoans},
    {{"毒品", "drugs"}, kDrugs},
    {{"枪支", "guns"}, kGuns},
    {{"违法交易", "illegal trade"}, kIllegal},
    {{"新型诈骗", "recent fraud"}, kModern},
    {{"收集卡号", "card numbers"}, kContacts},
    {{"英文钓鱼", "English phishing"}, kEnglishBank},
    {{"英文包裹和欠费诈骗", "English parcels and dues"}, kEnglishParcel},
    {{"英文中奖诈骗", "English prizes"}, kEnglishPrize},
    {{"英文色情交友", "English dating"}, kEnglishDating},
    {{"英文冒充亲友", "English impersonation"}, kEnglishFamily},
    {{"英文兼职诈骗", "English jobs"}, kEnglishJob},
    {{"英文虚拟币诈骗", "English coins"}, kEnglishCoin},
};

}  // namespace

absl::Span<const KnownBadKind> KnownBadKinds() { return kKinds; }

}  // namespace sluice::rules
