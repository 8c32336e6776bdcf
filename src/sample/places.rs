//! Regions, provinces and cities in which the sample's customers sit.

use super::draw::Draw;

/// A city with its province and sales region.
#[derive(Debug)]
pub(super) struct City {
    pub(super) area: &'static str,
    pub(super) province: &'static str,
    pub(super) name: &'static str,
    /// The name in Latin letters, for English company names.
    pub(super) latin: &'static str,
    /// How many customers it has beside the others.
    pub(super) weight: u32,
}

const fn city(
    area: &'static str,
    province: &'static str,
    name: &'static str,
    latin: &'static str,
    weight: u32,
) -> City {
    City { area, province, name, latin, weight }
}

/// The sales regions, in the order in which representatives are numbered.
pub(super) const AREAS: [&str; 7] = ["华东", "华南", "华北", "华中", "西南", "西北", "东北"];

/// The cities; those of a region stand together.
pub(super) const CITIES: [City; 46] = [
    city("华东", "上海", "上海", "Shanghai", 90),
    city("华东", "江苏", "南京", "Nanjing", 34),
    city("华东", "江苏", "苏州", "Suzhou", 38),
    city("华东", "江苏", "无锡", "Wuxi", 18),
    city("华东", "江苏", "南通", "Nantong", 10),
    city("华东", "浙江", "杭州", "Hangzhou", 62),
    city("华东", "浙江", "宁波", "Ningbo", 24),
    city("华东", "浙江", "温州", "Wenzhou", 14),
    city("华东", "安徽", "合肥", "Hefei", 18),
    city("华东", "福建", "福州", "Fuzhou", 14),
    city("华东", "福建", "厦门", "Xiamen", 20),
    city("华东", "江西", "南昌", "Nanchang", 10),
    city("华东", "山东", "济南", "Jinan", 16),
    city("华东", "山东", "青岛", "Qingdao", 20),
    city("华南", "广东", "广州", "Guangzhou", 58),
    city("华南", "广东", "深圳", "Shenzhen", 64),
    city("华南", "广东", "佛山", "Foshan", 20),
    city("华南", "广东", "东莞", "Dongguan", 18),
    city("华南", "广西", "南宁", "Nanning", 10),
    city("华南", "海南", "海口", "Haikou", 7),
    city("华北", "北京", "北京", "Beijing", 80),
    city("华北", "天津", "天津", "Tianjin", 22),
    city("华北", "河北", "石家庄", "Shijiazhuang", 12),
    city("华北", "河北", "唐山", "Tangshan", 7),
    city("华北", "山西", "太原", "Taiyuan", 10),
    city("华北", "内蒙古", "呼和浩特", "Hohhot", 5),
    city("华中", "湖北", "武汉", "Wuhan", 36),
    city("华中", "湖北", "宜昌", "Yichang", 6),
    city("华中", "湖南", "长沙", "Changsha", 28),
    city("华中", "湖南", "株洲", "Zhuzhou", 5),
    city("华中", "河南", "郑州", "Zhengzhou", 26),
    city("华中", "河南", "洛阳", "Luoyang", 7),
    city("西南", "重庆", "重庆", "Chongqing", 34),
    city("西南", "四川", "成都", "Chengdu", 52),
    city("西南", "四川", "绵阳", "Mianyang", 6),
    city("西南", "贵州", "贵阳", "Guiyang", 9),
    city("西南", "云南", "昆明", "Kunming", 13),
    city("西北", "陕西", "西安", "Xi'an", 30),
    city("西北", "甘肃", "兰州", "Lanzhou", 7),
    city("西北", "宁夏", "银川", "Yinchuan", 4),
    city("西北", "新疆", "乌鲁木齐", "Urumqi", 6),
    city("东北", "辽宁", "沈阳", "Shenyang", 16),
    city("东北", "辽宁", "大连", "Dalian", 15),
    city("东北", "吉林", "长春", "Changchun", 9),
    city("东北", "吉林", "吉林", "Jilin", 3),
    city("东北", "黑龙江", "哈尔滨", "Harbin", 11),
];

/// The place of a region in [`AREAS`].
pub(super) fn area_index(area: &str) -> usize {
    AREAS.iter().position(|name| *name == area).unwrap_or(0)
}

/// A city, as likely as it has customers.
pub(super) fn draw_city(draw: &mut Draw) -> &'static City {
    &CITIES[draw.weighted(&CITIES.each_ref().map(|city| city.weight))]
}

/// A city of a region.
pub(super) fn draw_city_of(draw: &mut Draw, area: &str) -> &'static City {
    let weights = CITIES.each_ref().map(|city| if city.area == area { city.weight } else { 0 });
    &CITIES[draw.weighted(&weights)]
}
