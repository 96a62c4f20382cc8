package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;

class HttpAnswerReaderTest {
    private static HttpAnswerReader reader(String text) {
        return new HttpAnswerReader(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void consecutiveAnswersWithALengthAreRead() throws IOException {
        String answer = "HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\n\r\nhello";
        HttpAnswerReader reader = reader(answer + answer);
        assertThat(reader.read()).isEqualTo(new HttpAnswer(200, "hello", true));
        assertThat(reader.read()).isEqualTo(new HttpAnswer(200, "hello", true));
        assertThatExceptionOfType(EOFException.class).isThrownBy(reader::read);
        assertThat(reader.begun()).isFalse();
    }

    @Test
    void chunksAreJoinedAndTheNextAnswerIsFound() throws IOException {
        HttpAnswerReader reader =
                reader(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3\r\npid\r\n4;x=y\r\n=123\r\n0\r\nTrailer: x\r\n\r\n"
                                + "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
        assertThat(reader.read()).isEqualTo(new HttpAnswer(200, "pid=123", true));
        assertThat(reader.read().status()).isEqualTo(404);
    }

    @Test
    void withoutALengthTheAnswerExtendsToEndOfStream() throws IOException {
        assertThat(reader("HTTP/1.0 200 OK\r\n\r\nto the end").read())
                .isEqualTo(new HttpAnswer(200, "to the end", false));
    }

    @Test
    void connectionCloseEndsKeepAlive() throws IOException {
        String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        assertThat(reader(head).read().keeps()).isFalse();
    }

    @Test
    void aTruncatedAnswerIsAnEndOfStreamAfterItsBeginning() {
        HttpAnswerReader reader = reader("HTTP/1.1 200 OK\r\nContent-Le");
        assertThatExceptionOfType(EOFException.class).isThrownBy(reader::read);
        assertThat(reader.begun()).isTrue();
    }

    @Test
    void anotherProtocolIsRejected() {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(reader("SSH-2.0-x\r\n\r\n")::read)
                .withMessageContaining("SSH-2.0");
    }

    @Test
    void thePidIsFoundInATextAndInAThreadListing() {
        assertThat(new HttpAnswer(200, "nginx pid=42\n", true).pid()).hasValue(42);
        assertThat(new HttpAnswer(200, "<li><a href=\"77/\">77/</a>", true).pid()).hasValue(77);
        assertThat(new HttpAnswer(200, "hello", true).pid()).isEmpty();
    }
}
