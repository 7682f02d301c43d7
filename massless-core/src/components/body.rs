//! Where an actor is and how it moves. Written by movement, read by nearly everything.

use shipyard::Component;

use super::{Canonical, get_vec3, put_vec3};
use crate::codec::{CodecError, Reader, Sink};
use crate::math::Vec3;
use crate::units::Facing;
use crate::walk::Walker;

/// Place, velocity and facing of an actor.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub(crate) struct Body {
    /// Exact state of the walk.
    pub(crate) walker: Walker,
    /// Metres per second over the last tick.
    pub(crate) velocity: Vec3,
    /// Where it looks.
    pub(crate) facing: Facing,
}

impl Canonical for Body {
    fn put(&self, sink: &mut impl Sink) {
        put_vec3(sink, self.walker.position);
        sink.f32(self.walker.fall_speed);
        put_vec3(sink, self.velocity);
        sink.u16(self.facing.get());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let position = get_vec3(reader)?;
        let walker = Walker { position, fall_speed: reader.f32()? };
        Ok(Self { walker, velocity: get_vec3(reader)?, facing: Facing::new(reader.u16()?) })
    }
}
