/// System calls of Linux for the rest of Berth; the only module with native access.
module dev.berth.sys {
    requires static transitive org.jspecify;

    exports dev.berth.sys;
}
