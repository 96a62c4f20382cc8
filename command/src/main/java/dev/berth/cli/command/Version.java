package dev.berth.cli.command;

/// The version of Berth.
public final class Version {
    public static final String TEXT = "0.1.0-SNAPSHOT";

    private Version() {}
}
