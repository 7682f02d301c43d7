//! Orders of the staff from outside: the same that the administration's port takes.

use super::Api;
use super::call::{Answer, Call, Outcome};
use super::problem::{Code, Problem};
use crate::staff::{Actor, StaffError, StaffOrder};

/// Sends away, mutes, bans, announces. Moderators and admins; each order is written into the audit.
#[utoipa::path(
    post, path = "/staff/orders", tag = "staff", request_body = StaffOrder,
    responses((status = 204, description = "it is done")),
    security(("bearer" = []))
)]
pub(super) fn order(api: &Api, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let order: StaffOrder = call.read()?;
    let actor = Actor { name: caller.name.clone(), role: caller.role };
    api.staff.obey(call.millis(), &actor, order)?;
    Answer::nothing()
}

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Forbidden => Code::Forbidden.into(),
            StaffError::Nobody => Code::NobodyThere.into(),
            StaffError::Bad(sentence) => Self::from(Code::BadText).saying(sentence),
            StaffError::Store(error) => Self::from(error),
        }
    }
}
