package dev.berth.lab;

/// An invalid argument.
final class ArgumentException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String key;

    /// @param key the key with the wrong value; empty if the step as a whole is wrong
    ArgumentException(String key, String message) {
        super(message);
        this.key = key;
    }

    String key() {
        return key;
    }
}
