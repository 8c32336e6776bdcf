//! Word lists from which the sample's names are put together. The syllables are chosen so that no pair of them is a
//! well-known brand.

/// First syllables of coined names.
pub(super) const FIRST: [&str; 44] = [
    "沐", "岚", "槿", "栖", "屿", "澄", "棠", "穗", "翎", "砚", "筱", "晗", "霁", "璟", "珞", "茗", "黛",
    "鹭", "桉", "栩", "樾", "汀", "苇", "芷", "泊", "杉", "榆", "枫", "苔", "溪", "圃", "垚", "稷", "菘",
    "檀", "槐", "蓼", "菡", "昀", "荇", "柚", "梧", "笙", "鸢",
];

/// Middle syllables, used when the pairs of first and last ones run out.
pub(super) const MIDDLE: [&str; 16] =
    ["小", "上", "云", "水", "青", "白", "大", "四", "九", "知", "如", "有", "之", "相", "同", "半"];

/// Last syllables of coined names.
pub(super) const LAST: [&str; 36] = [
    "野", "川", "渡", "原", "谷", "岭", "坡", "畔", "湾", "朗", "宁", "予", "和", "丰", "禾", "泽", "远",
    "舒", "木", "里", "间", "田", "舟", "序", "庭", "屏", "笺", "峤", "浦", "隅", "陌", "津", "柯", "砾",
    "湄", "垣",
];

/// Surnames.
pub(super) const SURNAMES: [&str; 30] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧",
];

/// Given names of representatives.
pub(super) const GIVEN: [&str; 40] = [
    "晓岚", "子昂", "文静", "志远", "雨桐", "嘉豪", "思琪", "建国", "海燕", "浩然", "雪梅", "俊杰", "欣怡",
    "立新", "婷婷", "伟", "敏", "磊", "芳", "洋", "静", "军", "娜", "涛", "丹", "明轩", "佳宁", "宏宇",
    "秋月", "国栋", "若曦", "天佑", "诗涵", "永强", "春花", "沛霖", "一鸣", "小满", "景行", "知夏",
];

/// An industry and the words that company names of it carry.
#[derive(Debug)]
pub(super) struct Industry {
    pub(super) name: &'static str,
    pub(super) words: &'static [&'static str],
    pub(super) weight: u32,
}

const fn industry(name: &'static str, weight: u32, words: &'static [&'static str]) -> Industry {
    Industry { name, words, weight }
}

/// Industries of enterprises.
pub(super) const INDUSTRIES: [Industry; 13] = [
    industry("餐饮", 30, &["餐饮管理", "餐饮", "火锅", "面食", "小馆餐饮"]),
    industry("茶饮咖啡", 16, &["茶饮", "咖啡", "饮品"]),
    industry("烘焙", 8, &["烘焙", "糕点", "食品"]),
    industry("零售", 22, &["商贸", "百货", "便利超市", "文具"]),
    industry("生鲜", 12, &["生鲜", "果蔬", "农产品", "水产"]),
    industry("酒店旅游", 9, &["酒店管理", "民宿", "文化旅游"]),
    industry("美业健身", 9, &["美容", "健身", "养生"]),
    industry("教育培训", 8, &["教育科技", "文化艺术", "培训"]),
    industry("医药健康", 7, &["大药房", "健康科技", "医疗器械"]),
    industry("服饰", 7, &["服饰", "鞋业", "童装"]),
    industry("家居建材", 6, &["家居", "建材", "灯饰"]),
    industry("汽车服务", 5, &["汽车服务", "汽配", "轮胎"]),
    industry("物流", 5, &["物流", "供应链", "仓储"]),
];

/// What a sole trader sells, as the end of the shop's name.
pub(super) const STALLS: [&str; 16] = [
    "牛肉面馆",
    "小吃店",
    "早点铺",
    "水果店",
    "奶茶店",
    "便利店",
    "烧烤店",
    "理发店",
    "花店",
    "文具店",
    "米粉店",
    "包子铺",
    "麻辣烫店",
    "干洗店",
    "五金店",
    "宠物店",
];

/// Latin words of which English names are made.
pub(super) const LATIN: [&str; 36] = [
    "Harbour",
    "Pine",
    "Lantern",
    "Willow",
    "Copper",
    "Maple",
    "Juniper",
    "Saffron",
    "Cedar",
    "Thistle",
    "Amber",
    "Heron",
    "Marlow",
    "Fenwick",
    "Bramble",
    "Larkspur",
    "Quill",
    "Tamarind",
    "Alder",
    "Sorrel",
    "Ashdown",
    "Pembrey",
    "Rook",
    "Wren",
    "Hazel",
    "Cobalt",
    "Driftwood",
    "Fennel",
    "Linden",
    "Orchard",
    "Kestrel",
    "Mallow",
    "Tansy",
    "Birch",
    "Osprey",
    "Plover",
];

/// Trades as English names carry them, with the industry that each belongs to.
pub(super) const TRADES: [(&str, &str); 10] = [
    ("Hospitality", "酒店旅游"),
    ("Trading", "零售"),
    ("Retail", "零售"),
    ("Foods", "生鲜"),
    ("Coffee", "茶饮咖啡"),
    ("Bakery", "烘焙"),
    ("Catering", "餐饮"),
    ("Learning", "教育培训"),
    ("Clinics", "医药健康"),
    ("Logistics", "物流"),
];
