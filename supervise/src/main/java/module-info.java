/// Supervises N processes of any server on one port.
module dev.berth.supervise {
    requires static transitive org.jspecify;
    requires transitive dev.berth.sys;
    requires transitive dev.berth.net;
    requires transitive dev.berth.dispatch;
    requires dev.berth.bpf;
    requires tools.jackson.core;

    exports dev.berth.supervise;
    exports dev.berth.supervise.contract;
    exports dev.berth.supervise.control;
}
