/// Tools that the tests of the other modules share; not shipped.
module dev.berth.testkit {
    requires transitive dev.berth.net;
    requires transitive org.junit.jupiter.api;
    requires static transitive org.jspecify;

    exports dev.berth.testkit;
}
