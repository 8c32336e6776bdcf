//! What the sample company sells: a fixed catalogue.

use super::draw::Draw;

/// One entry of the catalogue.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) sku: &'static str,
    pub(super) name: &'static str,
    pub(super) line: &'static str,
    /// List price in cents.
    pub(super) price: i64,
    /// Cost in thousandths of the list price.
    pub(super) cost: i64,
    pub(super) kind: Kind,
}

impl Product {
    /// What the strongest competitor asks for the like of it, in cents; nobody else makes bespoke things, and services have no
    /// list price elsewhere.
    pub(super) fn rival_price(&self) -> Option<i64> {
        let is_compared = self.kind != Kind::Bespoke && self.line != "实施服务";
        let number: i64 = self.sku.bytes().map(i64::from).sum();
        let percent = [84, 91, 96, 100, 103, 108, 118][usize::try_from(number % 7).unwrap_or(0)];
        is_compared.then(|| (self.price * percent / 100 + 50) / 100 * 100)
    }
}

/// How a product reaches the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bought and set up without help.
    SelfService,
    /// Standard, set up by the company.
    Standard,
    /// Made for one customer.
    Bespoke,
}

const fn product(
    sku: &'static str,
    name: &'static str,
    line: &'static str,
    yuan: i64,
    cost: i64,
    kind: Kind,
) -> Product {
    Product { sku, name, line, price: yuan * 100, cost, kind }
}

use Kind::{Bespoke, SelfService, Standard};

/// The catalogue, cheapest first within a product line.
pub(super) const PRODUCTS: [Product; 36] = [
    product("P0101", "收银基础版（月）", "门店收银", 39, 350, SelfService),
    product("P0102", "收银标准版（月）", "门店收银", 99, 360, SelfService),
    product("P0103", "收银连锁版（月）", "门店收银", 239, 370, Standard),
    product("P0104", "收银旗舰版（年）", "门店收银", 3980, 380, Standard),
    product("P0201", "扫码点餐（月）", "点餐", 59, 360, SelfService),
    product("P0202", "外卖聚合接单（月）", "点餐", 129, 400, SelfService),
    product("P0203", "后厨显示系统（月）", "点餐", 169, 410, Standard),
    product("P0204", "团餐订餐平台（年）", "点餐", 6800, 430, Standard),
    product("P0301", "会员基础包（月）", "会员营销", 49, 340, SelfService),
    product("P0302", "会员储值与卡券（月）", "会员营销", 149, 350, Standard),
    product("P0303", "企业微信客户运营（月）", "会员营销", 299, 370, Standard),
    product("P0304", "会员数据中台（年）", "会员营销", 28_800, 420, Bespoke),
    product("P0401", "短信包 100 条", "增值服务", 6, 560, SelfService),
    product("P0402", "短信包 1000 条", "增值服务", 55, 560, SelfService),
    product("P0403", "电子发票包 500 张", "增值服务", 118, 520, SelfService),
    product("P0404", "支付通道服务费", "增值服务", 25, 600, SelfService),
    product("P0405", "云存储扩容包", "增值服务", 15, 480, SelfService),
    product("P0501", "小程序商城（月）", "线上商城", 199, 360, SelfService),
    product("P0502", "小程序商城连锁版（年）", "线上商城", 9800, 390, Standard),
    product("P0503", "直播带货组件（月）", "线上商城", 399, 400, Standard),
    product("P0601", "进销存（月）", "供应链", 89, 370, SelfService),
    product("P0602", "中央厨房管理（年）", "供应链", 16_800, 440, Standard),
    product("P0603", "采购协同平台（年）", "供应链", 36_000, 450, Bespoke),
    product("P0701", "经营日报（月）", "数据服务", 29, 330, SelfService),
    product("P0702", "选址与商圈分析（次）", "数据服务", 1200, 420, Standard),
    product("P0703", "总部数据驾驶舱（年）", "数据服务", 19_800, 410, Bespoke),
    product("P0801", "扫码枪", "智能硬件", 168, 600, SelfService),
    product("P0802", "小票打印机", "智能硬件", 459, 600, SelfService),
    product("P0803", "双屏收银机", "智能硬件", 2180, 600, Standard),
    product("P0804", "自助点餐机", "智能硬件", 5600, 590, Standard),
    product("P0805", "智能取餐柜", "智能硬件", 12_600, 590, Standard),
    product("P0901", "上门安装（次）", "实施服务", 300, 580, Standard),
    product("P0902", "门店培训（次）", "实施服务", 800, 560, Standard),
    product("P0903", "系统对接开发（人天）", "实施服务", 2400, 580, Bespoke),
    product("P0904", "驻场实施（人月）", "实施服务", 42_000, 590, Bespoke),
    product("P0905", "数据迁移", "实施服务", 4500, 550, Standard),
];

/// A product that a budget in cents can buy, and not in absurd numbers; the cheapest one when nothing fits.
pub(super) fn choose(draw: &mut Draw, budget: i64) -> u8 {
    let fits = |product: &Product| product.price <= budget && product.price.saturating_mul(400) >= budget;
    let n_fitting = PRODUCTS.iter().filter(|product| fits(product)).count();
    let index = if n_fitting == 0 {
        let extreme = |product: &(usize, &Product)| product.1.price;
        let cheapest = PRODUCTS.iter().enumerate().min_by_key(extreme);
        let dearest = PRODUCTS.iter().enumerate().max_by_key(extreme);
        let chosen =
            if cheapest.is_some_and(|(_, product)| product.price > budget) { cheapest } else { dearest };
        chosen.map_or(0, |(index, _)| index)
    } else {
        let nth = draw.index(n_fitting);
        let mut fitting = PRODUCTS.iter().enumerate().filter(|(_, product)| fits(product));
        fitting.nth(nth).map_or(0, |(index, _)| index)
    };
    u8::try_from(index).expect("the catalogue has fewer than 256 entries")
}
