package dev.berth.sys;

import java.io.IOException;

/// A feature that this kernel or this machine does not have.
///
/// **Shape:** the message is `seccomp WAIT_KILLABLE_RECV needs Linux 5.19`.
public class UnsupportedFeatureException extends IOException {
    private static final long serialVersionUID = 1;

    /// @param feature its name, as the start of a sentence
    /// @param since what introduced or provides it, as in `Linux 5.19` or `CAP_BPF`
    public UnsupportedFeatureException(String feature, String since) {
        super(feature + " needs " + since);
    }
}
