//! stub
use crate::content::map::Map;
use crate::limits::PATH_CORNERS_MAX;
use crate::math::Vec2;
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Path {
    corners: [Vec2; PATH_CORNERS_MAX],
    len: u8,
}
impl Path {
    pub fn corners(&self) -> &[Vec2] {
        &self.corners[..self.len as usize]
    }
    pub fn push(&mut self, c: Vec2) {
        self.corners[self.len as usize] = c;
        self.len += 1;
    }
    pub fn straight(c: Vec2) -> Self {
        let mut p = Self::default();
        p.push(c);
        p
    }
}
#[derive(Debug, Default)]
pub struct Search;
impl Search {
    pub fn find(&mut self, _m: &Map, _f: Vec2, t: Vec2) -> Path {
        Path::straight(t)
    }
}
pub fn straight_clear(_m: &Map, _f: Vec2, _t: Vec2) -> bool {
    true
}
