//! The default content set, built in: one line a file of `massless-core/content`.

use super::SourceFile;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(SourceFile { path: $path, bytes: include_bytes!(concat!("../../content/", $path)) }),*]
    };
}

pub(crate) static FILES: [SourceFile<'static>; 11] = files![
    "rules.ron",
    "creatures/101-dust-hound.ron",
    "creatures/102-bristle-boar.ron",
    "creatures/103-reed-viper.ron",
    "creatures/104-grey-prowler.ron",
    "creatures/105-cave-weaver.ron",
    "creatures/106-hill-brute.ron",
    "creatures/107-road-thief.ron",
    "creatures/108-ragged-captain.ron",
    "zones/1-cinder-vale.ron",
    "maps/cinder-vale.map",
];
