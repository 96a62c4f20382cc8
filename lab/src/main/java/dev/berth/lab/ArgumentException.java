package dev.berth.lab;

/// An argument that makes no sense.
final class ArgumentException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String key;

    /// - `key`: whose value is wrong; empty if the step as a whole is
    ArgumentException(String key, String message) {
        super(message);
        this.key = key;
    }

    String key() {
        return key;
    }
}
