-- People at customers and the part each has in a purchase.
--
-- grain: person_id
-- optional
-- check: role5 is null or role5 in ('user', 'initiator', 'influencer', 'decider', 'buyer')
-- check: role3 is null or role3 in ('decision_maker', 'manager', 'user')
-- column: person_id text "Person"
-- column: customer_id text "Customer"
-- column: role5 text "Part in a purchase"
-- column: role3 text "Position"
-- column: is_direct_beneficiary bool "Gains by the product"
-- column: left_on date "Left on"
SELECT
  person_no AS person_id,
  account_no AS customer_id,
  CASE buying_role
    WHEN '使用者' THEN 'user'
    WHEN '发起者' THEN 'initiator'
    WHEN '影响者' THEN 'influencer'
    WHEN '决策者' THEN 'decider'
    WHEN '采购者' THEN 'buyer'
    ELSE buying_role
  END AS role5,
  CASE position
    WHEN '决策人' THEN 'decision_maker'
    WHEN '管理者' THEN 'manager'
    WHEN '使用人' THEN 'user'
    ELSE position
  END AS role3,
  is_beneficiary AS is_direct_beneficiary,
  left_date AS left_on
FROM warehouse.contact_person
