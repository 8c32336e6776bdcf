-- The whole transaction behind each deal, from the first contact to the last payment. A deal that was won is complete on the day
-- its contract closed (revenue.contract_closings), not before it was won; without a contract on the day it was won, as a sale without
-- a contract is final when it is sold. Deals and contracts do not name each other: the contract of a won deal is the one of the same
-- customer that was signed nearest to the day it was won, at most the days of rules.sales_cycle apart, when this deal is also the
-- nearest to that contract. A won deal whose contract has not closed is unpaid. A deal is seen until it is complete or lost,
-- any other up to the as-of date. A deal that ends before it starts cannot be measured and is seen for no days.
--
-- grain: opportunity_id
-- order: started_on desc, opportunity_id
-- empty_if_missing: revenue.contract_closings, staging.contracts, staging.touches
-- check: transaction_state in ('complete', 'unpaid', 'lost', 'open')
-- check: (transaction_state = 'complete') = (completed_on is not null)
-- check: completed_on >= won_on
-- check: observed_days >= 0
-- warn: observed_days is not null
-- total: count(*) = (select count(*) from decision_chain.deals)
-- column: opportunity_id text "Opportunity"
-- column: customer_id text "Customer"
-- column: state text "Won, lost or open"
-- column: started_on date "First contact"
-- column: negotiated_on date "First negotiation"
-- column: won_on date "Won on"
-- column: contract_id text "Contract"
-- column: completed_on date "Payment complete on"
-- column: transaction_state text "Complete, unpaid, lost or open"
-- column: observed_until date "Seen until"
-- column: observed_days days "Days seen"
WITH contracts AS (
  SELECT c.contract_id, u.unit_id AS customer_id, c.signed_on, k.closed_on
  FROM staging.contracts c
  JOIN revenue.contract_closings k ON k.contract_id = c.contract_id
  JOIN value.units u ON u.customer_id = c.customer_id
),
rule AS (
  SELECT contract_days
  FROM rules.sales_cycle
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
near AS (
  SELECT
    d.opportunity_id,
    c.contract_id,
    c.closed_on,
    row_number() OVER (
      PARTITION BY d.opportunity_id ORDER BY abs(c.signed_on - d.ended_on), c.signed_on, c.contract_id
    ) AS of_deal,
    row_number() OVER (
      PARTITION BY c.contract_id ORDER BY abs(c.signed_on - d.ended_on), d.ended_on, d.opportunity_id
    ) AS of_contract
  FROM decision_chain.deals d
  JOIN contracts c ON c.customer_id = d.customer_id
  CROSS JOIN rule r
  WHERE d.state = 'won' AND abs(c.signed_on - d.ended_on) <= r.contract_days
),
pairs AS (
  SELECT opportunity_id, contract_id, closed_on FROM near WHERE of_deal = 1 AND of_contract = 1
),
talks AS (
  SELECT opportunity_id, min(touched_on) AS negotiated_on
  FROM staging.touches
  WHERE kind = 'negotiation' AND opportunity_id IS NOT NULL AND done IS NOT FALSE
  GROUP BY opportunity_id
),
joined AS (
  SELECT
    d.opportunity_id,
    d.customer_id,
    d.state,
    d.started_on,
    t.negotiated_on,
    CASE WHEN d.state = 'won' THEN d.ended_on END AS won_on,
    d.ended_on,
    p.contract_id,
    CASE
      WHEN d.state <> 'won' THEN NULL
      WHEN p.contract_id IS NULL THEN d.ended_on
      WHEN p.closed_on IS NOT NULL THEN greatest(d.ended_on, p.closed_on)
    END AS completed_on
  FROM decision_chain.deals d
  LEFT JOIN pairs p ON p.opportunity_id = d.opportunity_id
  LEFT JOIN talks t ON t.opportunity_id = d.opportunity_id
),
seen AS (
  SELECT
    *,
    CASE
      WHEN completed_on IS NOT NULL THEN 'complete'
      WHEN state = 'won' THEN 'unpaid'
      ELSE state
    END AS transaction_state,
    coalesce(completed_on, CASE WHEN state = 'lost' THEN ended_on END, $as_of) AS observed_until
  FROM joined
)
SELECT
  opportunity_id,
  customer_id,
  state,
  started_on,
  negotiated_on,
  won_on,
  contract_id,
  completed_on,
  transaction_state,
  observed_until,
  CASE WHEN observed_until >= started_on THEN observed_until - started_on END AS observed_days
FROM seen
