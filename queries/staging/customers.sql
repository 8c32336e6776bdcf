-- Customers: one row per CRM account. Test accounts of our own count as internal.
--
-- grain: customer_id
-- as_of: created_on
-- check: customer_name is not null
-- warn: parent_id <> customer_id
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: parent_id text "Parent customer"
-- column: org_kind text "Kind of organisation"
-- column: industry text "Industry"
-- column: region text "Region"
-- column: province text "Province"
-- column: city text "City"
-- column: chain_scope text "Reach of the chain"
-- column: store_count count "Stores"
-- column: planned_store_count count "Planned stores"
-- column: plan_made_on date "Day of the store plan"
-- column: plan_is_total bool "The plan counts existing stores too"
-- column: need_type text "Need"
-- column: solution_need text "Solution needed"
-- column: service_channel text "Service channel"
-- column: headcount count "Employees"
-- column: source text "Where the record comes from"
-- column: created_on date "Created on"
-- column: go_live_on date "Live since"
-- column: owner_id text "Owner"
-- column: referrer_id text "Referred by"
-- column: is_internal bool "Internal or test account"
SELECT
  account_no AS customer_id,
  account_name AS customer_name,
  parent_account_no AS parent_id,
  CASE org_type
    WHEN 'QY' THEN 'enterprise'
    WHEN 'ZF' THEN 'government'
    WHEN 'BD' THEN 'military'
    WHEN 'JC' THEN 'police'
    WHEN 'XX' THEN 'school'
    WHEN 'YY' THEN 'hospital'
    WHEN 'JT' THEN 'transport'
    WHEN 'GY' THEN 'utility'
    WHEN 'GT' THEN 'individual_business'
    ELSE 'other'
  END AS org_kind,
  industry,
  area AS region,
  province,
  city,
  CASE chain_type WHEN 'N' THEN 'national' WHEN 'R' THEN 'regional' WHEN 'C' THEN 'city' END AS chain_scope,
  shop_count AS store_count,
  planned_shop_count AS planned_store_count,
  plan_date AS plan_made_on,
  CASE plan_basis WHEN '合计' THEN true WHEN '新增' THEN false END AS plan_is_total,
  CASE requirement
    WHEN '品牌宣传' THEN 'brand'
    WHEN '提升销售额' THEN 'sales_lift'
    WHEN '单店提效' THEN 'shop_lift'
    WHEN '开业资金' THEN 'opening_cash'
    WHEN '排队叫号' THEN 'queueing'
  END AS need_type,
  CASE solution WHEN '定制' THEN 'bespoke' WHEN '混合' THEN 'mixed' WHEN '标准' THEN 'standard' END AS solution_need,
  CASE service_mode WHEN '专属' THEN 'manager' WHEN '人工' THEN 'remote' WHEN '私享' THEN 'private' WHEN '自助' THEN 'self_service' ELSE service_mode END AS service_channel,
  staff_count AS headcount,
  CASE lead_from WHEN '自有' THEN 'own' WHEN '第三方' THEN 'third_party' END AS source,
  CAST(created_at AT TIME ZONE $timezone AS DATE) AS created_on,
  golive_date AS go_live_on,
  rep_no AS owner_id,
  referrer_no AS referrer_id,
  is_test AS is_internal
FROM warehouse.crm_account
