package dev.berth.sys;

import java.io.IOException;

/// Something that this kernel, or this machine, does not have.
///
/// **Shape:** the message is `seccomp WAIT_KILLABLE_RECV needs Linux 5.19`.
public class UnsupportedFeatureException extends IOException {
    private static final long serialVersionUID = 1;

    private final String feature;
    private final String since;

    /// - `feature`: its name, as the start of a sentence
    /// - `since`: what brought it, as in `Linux 5.19` or `CAP_BPF`
    public UnsupportedFeatureException(String feature, String since) {
        super(feature + " needs " + since);
        this.feature = feature;
        this.since = since;
    }

    /// What is missing.
    public String feature() {
        return feature;
    }

    /// What would bring it.
    public String since() {
        return since;
    }
}
