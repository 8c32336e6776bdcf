-- Contacts with customers that were planned or made: visits, calls, messages, mass mailings, negotiations, trainings.
-- Mass mailings are campaigns. A contact without a representative was made by a team. One with a lead took place before the
-- lead was an account.
--
-- grain: touch_no
-- as_of: touched_on
-- fresh: 10 days
-- optional
-- check: kind in ('visit', 'call', 'message', 'campaign', 'negotiation', 'training')
-- warn: owner_id is not null or team is not null
-- column: touch_no text "Contact"
-- column: customer_id text "Customer"
-- column: lead_id text "Lead"
-- column: opportunity_id text "Opportunity"
-- column: person_id text "Person"
-- column: touched_on date "Day of the contact"
-- column: kind text "Kind of contact"
-- column: owner_id text "Owner"
-- column: team text "Team"
-- column: done bool "Carried out"
SELECT
  activity_no AS touch_no,
  account_no AS customer_id,
  lead_no AS lead_id,
  deal_no AS opportunity_id,
  person_no AS person_id,
  activity_date AS touched_on,
  CASE activity_type
    WHEN '拜访' THEN 'visit'
    WHEN '电话' THEN 'call'
    WHEN '消息' THEN 'message'
    WHEN '群发' THEN 'campaign'
    WHEN '谈判' THEN 'negotiation'
    WHEN '培训' THEN 'training'
    ELSE activity_type
  END AS kind,
  rep_no AS owner_id,
  team,
  is_done AS done
FROM warehouse.activity
