-- The few actions of all lists that matter most, by one rule (rules.week_actions, rules.action_weights): what is due within the days
-- of the rule comes first; then the money at stake times the weight of the kind of action, a kind without a weight having that of
-- `any_other`; then the earlier day. A customer appears once, with the action that comes first. More of one kind than the rule
-- allows give way to other kinds, and come back only where there are too few of those.
--
-- grain: position
-- check: owner_id is not null or owner_name is null
-- column: position count "Place"
-- column: list text "List"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name, or that of a target or a product"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Why"
-- column: due_on date "By"
-- column: at_stake money "Money at stake"
-- column: list_position count "Position in its list"
-- column: weight ratio "Weight of the kind of action"
-- column: is_soon bool "Due within the days of the rule"
-- column: n_of_kind count "How many of the kind come before it, itself included"
-- column: n_actions count "Actions in all lists"
-- column: balance money "Average balance: for a visit that of the month before its period, for a channel that of the last full month"
-- column: revenue money "Final revenue in the window"
-- column: n_missed count "Due periods missed in a row"
-- column: n_touches count "Contacts"
-- column: planned_min count "Planned at least"
-- column: planned_max count "Planned at most"
-- column: days_late days "Days late"
-- column: days_since_touch days "Days since the last contact"
-- column: last_on date "Last visit, contact or sale"
-- column: opted_out_on date "Opted out on"
-- column: from_channel text "Actual channel"
-- column: to_channel text "Channel by balance"
-- column: from_tier text "Tier before"
-- column: tier text "Tier now"
-- column: override_tier text "Tier set by hand"
-- column: expires_on date "Holds until"
-- column: days_left days "Days left"
-- column: days_since_sale days "Days since the last sale"
-- column: revenue_before money "Revenue before"
-- column: change money "Change of revenue"
-- column: fall ratio "Fall as a share of the revenue before"
-- column: gross_profit money "Gross profit in the window"
-- column: intent money "Old intent"
-- column: share ratio "Share of revenue, or of touches"
-- column: rank count "Rank by revenue"
-- column: revenue_recent money "Final revenue of the last full months"
-- column: revenue_year_before money "Of the same months a year before"
-- column: revenue_change ratio "Change against a year before"
-- column: usual_gap days "Median days between its sale days"
-- column: profit_rank count "Rank by gross profit"
-- column: touches count "Touches"
-- column: head_touches count "With head customers"
-- column: contract_ends_on date "Contract ends on"
-- column: oldest_on date "Oldest sold on"
-- column: n_days days "Days to the end, of age, or since the last sale"
-- column: chain_scope text "Reach of the chain"
-- column: required_level text "Level required"
-- column: owner_level text "Level of the owner"
-- column: months_with_orders count "Months with orders"
-- column: largest_order_share ratio "Share of the largest order"
-- column: days_since_order days "Days since the last order"
-- column: margin ratio "Gross profit of revenue"
-- column: portfolio_margin_median ratio "Median margin of all customers"
-- column: contribution_at_most money "Contribution at most"
-- column: n_high count "High figures of three"
-- column: list_name text "List"
-- column: system_name text "System"
-- column: target_name text "Target"
-- column: target_due_on date "Target to be covered by"
-- column: days_overdue days "Days overdue"
-- column: planned_new count "Stores to be added"
-- column: existing_stores count "Stores"
-- column: expansion_ratio ratio "Stores to be added per store"
-- column: headroom money "Headroom"
-- column: live_on date "Live on"
-- column: incremental_orders count "Orders in addition"
-- column: subsidy money "Subsidy"
-- column: subsidy_per_order money "Subsidy per order in addition"
-- column: profit_per_order money "Gross profit per order"
-- column: trainings count "Trainings in the window"
-- column: place text "City or region"
-- column: place_revenue money "Final revenue in the place"
-- column: place_share ratio "Share of the place"
-- column: place_customers count "Customers in the place"
-- column: only_line text "The only product line"
-- column: rate_effect money "Change through ARPU inside the tier"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: revenue_after money "Revenue of the customer in the later month"
-- column: product_id text "Product"
-- column: product_name text "Product name"
-- column: group_name text "Group name"
-- column: annual_spend money "Revenue of a year"
-- column: tail_cap money "Tail cap"
-- column: n_tickets count "Tickets"
-- column: activations count "Activated customers"
-- column: touches_per_activation count "Contacts by people per activation"
-- column: n_branches count "Members of the group with a low spend"
-- column: n_left_out count "Found but left out of the list, of all kinds"
-- column: n_unanswered count "Questions without a reply"
-- column: waited_hours count "Hours the oldest has waited"
-- column: asked_on date "Day of the oldest"
-- column: opportunity_id text "Opportunity; the largest of several"
-- column: deals count "Open deals concerned"
-- column: amount money "Their amount"
-- column: stage text "Stage"
-- column: days_in_stage days "Days in the stage"
-- column: stuck_after_days days "Longer than this is stuck"
-- column: last_touch_on date "Last contact with anybody at the customer"
-- column: contacts count "People on record"
-- column: channel text "Channel"
-- column: leads count "Leads"
-- column: overdue count "Held for too long without a contact"
-- column: limit_days days "Days that are allowed"
-- column: cap count "Leads that one may hold"
-- column: cost money "Cost"
-- column: new_customers count "New customers"
-- column: cac money "Cost of a new customer"
-- column: median_cac money "Median cost of a new customer, over channels"
-- column: ltv_cac count "LTV/CAC"
-- column: value_at_stake money "Estimated value of the leads"
-- column: lead_id text "Lead"
-- column: person_id text "Person"
-- column: from_customer_name text "Customer that the person left"
-- column: moved_on date "Moved on"
-- column: last_left_on date "The last beneficiary left on"
-- column: left_people count "Beneficiaries who left not long ago"
-- column: days_alone days "Days without a contact of people"
-- column: milestone text "The furthest thing that happened"
-- column: open_amount money "Amount of open opportunities"
-- column: silent_days days "Days since the last sale"
-- column: usual_gap_days days "Usual days between sales"
-- column: leaves_on date "Counts as having left on this day"
-- column: mrr_before money "Monthly recurring revenue some months before"
-- column: mrr money "Monthly recurring revenue"
-- column: intervened_on date "Latest intervention"
-- column: next_line text "Next product line"
-- column: because_of text "Product line in common with those comparable"
-- column: peers count "Customers comparable"
-- column: holders count "Of these have the next line"
-- column: worst_signal text "Negative signal that fell most"
-- column: worst_growth ratio "Its growth"
-- column: signals_negative count "Signals negative"
-- column: signals_available count "Signals known"
-- column: days_since_login days "Days since the last login"
-- column: n_low count "Low answers"
-- column: n_answers count "Answers"
WITH rule AS (
  SELECT max_actions, max_per_action, due_within
  FROM rules.week_actions
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
weights AS (
  SELECT action, weight
  FROM rules.action_weights
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
weighed AS (
  SELECT
    a.*,
    coalesce(w.weight, o.weight) AS weight,
    a.due_on <= $as_of + r.due_within AS is_soon,
    coalesce(a.at_stake, 0) * coalesce(w.weight, o.weight) AS score,
    r.max_actions,
    r.max_per_action,
    count(*) OVER () AS n_actions
  FROM review.all_actions a
  CROSS JOIN rule r
  JOIN weights o ON o.action = 'any_other'
  LEFT JOIN weights w ON w.action = a.action
),
placed AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY coalesce(customer_id, list || ' ' || CAST(list_position AS VARCHAR))
      ORDER BY is_soon DESC, score DESC, due_on, list_order, list_position
    ) AS customer_place
  FROM weighed
),
kinds AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY action ORDER BY is_soon DESC, score DESC, due_on, list_order, list_position) AS n_of_kind
  FROM placed
  WHERE customer_place = 1
),
ranked AS (
  SELECT
    *,
    CAST(
      row_number() OVER (ORDER BY n_of_kind > max_per_action, is_soon DESC, score DESC, due_on, list_order, list_position) AS BIGINT
    ) AS week_place
  FROM kinds
)
SELECT
  week_place AS position,
  * EXCEPT (week_place, list_order, score, max_actions, max_per_action, customer_place)
FROM ranked
WHERE week_place <= max_actions
