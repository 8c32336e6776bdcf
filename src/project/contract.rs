//! The staging tables: what a company maps its warehouse onto, and what every other query may rely on.
//!
//! The names and types here are the contract with every project: more may be added, none renamed.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// A staging table.
#[derive(Debug, Clone, Copy)]
pub struct StagingTable {
    /// The second part of its name.
    pub name: &'static str,
    /// Every project has it.
    pub required: bool,
    /// Columns in order: name, type, and `!` where a value is required.
    columns: &'static str,
}

/// A column of a staging table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagingColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type after mapping.
    pub data_type: DataType,
    /// NULL is an error.
    pub required: bool,
}

/// All staging tables that the shipped queries know of.
pub const TABLES: &[StagingTable] = &[
    StagingTable {
        name: "customers",
        required: true,
        columns: "customer_id text!, customer_name text!, parent_id text, org_kind text, industry text, region text, \
                  province text, city text, chain_scope text, store_count int, planned_store_count int, \
                  plan_made_on day, plan_is_total bool, need_type text, solution_need text, service_channel text, \
                  headcount int, source text, created_on day, go_live_on day, owner_id text, referrer_id text, \
                  is_internal bool",
    },
    StagingTable {
        name: "sales",
        required: true,
        columns: "order_id text!, line_no int!, customer_id text!, sold_on day!, amount money!, state text!, \
                  contract_id text, product_id text, store_id text, owner_id text, quantity number, cost money, \
                  discount money, currency text",
    },
    StagingTable {
        name: "customer_history",
        required: false,
        columns: "customer_id text!, valid_from day, valid_to day, parent_id text, owner_id text, region text",
    },
    StagingTable { name: "fx_rates", required: false, columns: "currency text!, day day!, rate number!" },
    StagingTable {
        name: "contracts",
        required: false,
        columns: "contract_id text!, customer_id text!, signed_on day!, amount money!, starts_on day, ends_on day, \
                  currency text",
    },
    StagingTable {
        name: "payments",
        required: false,
        columns: "payment_id text!, contract_id text, order_id text, customer_id text!, paid_on day!, amount money!, \
                  kind text!, currency text",
    },
    StagingTable {
        name: "deal_splits",
        required: false,
        columns: "order_id text!, owner_id text!, share number!",
    },
    StagingTable {
        name: "costs",
        required: false,
        columns: "customer_id text!, month day!, cogs money, discount money, rebate money, service_cost money, \
                  implementation_cost money, overdue_days int",
    },
    StagingTable {
        name: "products",
        required: false,
        columns: "product_id text!, product_name text!, product_line text, list_price money, is_standard bool, \
                  is_self_service bool, competitor_price money",
    },
    StagingTable {
        name: "subscriptions",
        required: false,
        columns: "customer_id text!, month day!, mrr money!, cancelled_on day, reason text",
    },
    StagingTable {
        name: "stores",
        required: false,
        columns: "store_id text!, customer_id text!, province text, city text, opened_on day, closed_on day",
    },
    StagingTable {
        name: "contacts",
        required: false,
        columns: "person_id text!, customer_id text!, role5 text, role3 text, is_direct_beneficiary bool, left_on day",
    },
    StagingTable {
        name: "employment",
        required: false,
        columns: "person_id text!, customer_id text!, started_on day, ended_on day",
    },
    StagingTable {
        name: "touches",
        required: false,
        columns: "customer_id text, lead_id text, opportunity_id text, person_id text, touched_on day!, kind text!, \
                  owner_id text, team text, done bool",
    },
    StagingTable { name: "opt_outs", required: false, columns: "customer_id text!, since day" },
    StagingTable {
        name: "balances",
        required: false,
        columns: "customer_id text!, day day!, balance money!",
    },
    StagingTable {
        name: "owners",
        required: false,
        columns: "owner_id text!, owner_name text!, level text, team text, manager_id text, region text, city text, \
                  email text",
    },
    StagingTable {
        name: "tier_overrides",
        required: false,
        columns: "customer_id text!, tier text!, owner_id text, reason text, expires_on day",
    },
    StagingTable {
        name: "leads",
        required: false,
        columns: "lead_id text!, channel text, created_on day!, customer_id text, keyword text, status text, \
                  lost_reason text",
    },
    StagingTable {
        name: "lead_events",
        required: false,
        columns: "lead_id text!, happened_on day!, event text!, channel text, actor_id text, pool_id text",
    },
    StagingTable {
        name: "opportunities",
        required: false,
        columns: "opportunity_id text!, customer_id text, lead_id text, owner_id text, created_on day!, \
                  first_contact_on day, won_on day, lost_on day, amount money, n_change_requests int",
    },
    StagingTable {
        name: "opportunity_stages",
        required: false,
        columns: "opportunity_id text!, stage text!, entered_on day!",
    },
    StagingTable {
        name: "channels",
        required: false,
        columns: "channel text!, line text, mode text, traffic text",
    },
    StagingTable {
        name: "channel_costs",
        required: false,
        columns: "channel text!, month day!, spend money, sales_cost money",
    },
    StagingTable {
        name: "search_visits",
        required: false,
        columns: "keyword text!, day day!, visits int!, converted int",
    },
    StagingTable {
        name: "campaigns",
        required: false,
        columns: "customer_id text!, live_on day!, subsidy money",
    },
    StagingTable {
        name: "usage",
        required: false,
        columns: "customer_id text!, day day!, logins int, active_users int, seats int, minutes number, device text",
    },
    StagingTable {
        name: "outcomes",
        required: false,
        columns: "customer_id text!, month day!, business_volume number, benefit_value number",
    },
    StagingTable {
        name: "surveys",
        required: false,
        columns: "customer_id text!, person_id text, answered_on day!, kind text, score number",
    },
    StagingTable {
        name: "tickets",
        required: false,
        columns: "ticket_id text!, customer_id text!, kind text, opened_at instant!, first_reply_at instant, \
                  closed_at instant, minutes number",
    },
    StagingTable {
        name: "content",
        required: false,
        columns: "channel text, content_id text!, day day!, source text, views int, shares int, likes int, \
                  comments int, followers int",
    },
    StagingTable {
        name: "community",
        required: false,
        columns: "day day!, members int, active_members int, invited int, events int",
    },
    StagingTable {
        name: "end_users",
        required: false,
        columns: "end_user_id text!, customer_id text!, city text, first_seen_on day!",
    },
    StagingTable {
        name: "interventions",
        required: false,
        columns: "customer_id text!, started_on day!, kind text, owner_id text",
    },
    StagingTable {
        name: "targets",
        required: false,
        columns: "list_name text!, system_name text, target_name text!, customer_id text, owner_id text, due_on day",
    },
    StagingTable {
        name: "wallet",
        required: false,
        columns: "customer_id text!, as_of day!, source text, estimated_spend money!",
    },
    // Who is mailed which report over which customers; a person with several values has a row for each.
    StagingTable {
        name: "recipients",
        required: false,
        columns: "address text!, recipient_name text, reports text, language text, rows_column text, rows_value text",
    },
];

/// The contract of a staging table, if it is one that the shipped queries know of.
pub fn table(name: &str) -> Option<&'static StagingTable> {
    TABLES.iter().find(|table| table.name == name)
}

impl StagingTable {
    /// The columns in order.
    pub fn columns(&self) -> impl Iterator<Item = StagingColumn> {
        self.columns.split(',').map(|column| {
            let (name, word) = column.trim().split_once(' ').expect("a column is written as `name type`");
            let required = word.ends_with('!');
            StagingColumn { name, data_type: data_type(word.trim_end_matches('!')), required }
        })
    }

    /// The schema after mapping. NULLs are found by checks, so every column may hold them here.
    pub fn schema(&self) -> SchemaRef {
        let fields: Vec<Field> =
            self.columns().map(|column| Field::new(column.name, column.data_type, true)).collect();
        Arc::new(Schema::new(fields))
    }
}

fn data_type(word: &str) -> DataType {
    match word {
        "text" => DataType::Utf8,
        "int" => DataType::Int64,
        "money" => DataType::Decimal128(18, 4),
        "number" => DataType::Decimal128(28, 8),
        "day" => DataType::Date32,
        "bool" => DataType::Boolean,
        "instant" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        other => unreachable!("the contract knows no type `{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_the_contract_parses() {
        for table in TABLES {
            assert!(table.schema().fields().len() > 1, "{}", table.name);
        }
        assert_eq!(TABLES.iter().filter(|table| table.required).count(), 2);
    }
}
