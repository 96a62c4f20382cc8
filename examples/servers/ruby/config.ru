# A Rack application that reports which process answered: puma -b tcp://127.0.0.1:PORT config.ru
run lambda { |_env|
  body = "puma pid=#{Process.pid}\n"
  [200, { 'content-type' => 'text/plain', 'content-length' => body.bytesize.to_s }, [body]]
}
