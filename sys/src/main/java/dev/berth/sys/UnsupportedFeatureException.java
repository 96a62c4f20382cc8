package dev.berth.sys;

import java.io.IOException;

/// A feature that this kernel or this machine does not have.
///
/// **Shape:** the message is `seccomp WAIT_KILLABLE_RECV needs Linux 5.19`.
public class UnsupportedFeatureException extends IOException {
    private static final long serialVersionUID = 1;

    private final String feature;
    private final String since;

    /// @param feature its name, as the start of a sentence
    /// @param since what introduced or provides it, as in `Linux 5.19` or `CAP_BPF`
    public UnsupportedFeatureException(String feature, String since) {
        super(feature + " needs " + since);
        this.feature = feature;
        this.since = since;
    }

    /// The feature that is missing.
    public String feature() {
        return feature;
    }

    /// What would provide it.
    public String since() {
        return since;
    }
}
