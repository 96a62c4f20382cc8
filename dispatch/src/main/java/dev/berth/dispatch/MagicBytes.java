package dev.berth.dispatch;

/// Fixed byte sequences with which some kinds of connection begin.
enum MagicBytes {
    SSH("SSH-"),
    HTTP2("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    PROXY1("PROXY "),
    PROXY2("\r\n\r\n\0\r\nQUIT\n");

    private final String text;

    MagicBytes(String text) {
        this.text = text;
    }

    /// Whether the available bytes match, as far as they go.
    boolean begins(byte[] other, int length) {
        int common = Math.min(length, text.length());
        for (int i = 0; i < common; i++) {
            if (other[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Parses bytes that match.
    FirstBytes read(byte[] other, int length) {
        if (length < text.length()) {
            return FirstBytes.NEED_MORE;
        }
        return switch (this) {
            case SSH -> new FirstBytes.Ssh();
            case HTTP2 -> new FirstBytes.Http2();
            case PROXY1 -> ProxyHeader.text(other, length);
            case PROXY2 -> ProxyHeader.binary(other, length);
        };
    }
}
